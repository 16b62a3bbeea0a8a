package dev.mama.testkit;

import dev.mama.AgentId;
import dev.mama.Delivery;
import dev.mama.Payload;
import dev.mama.Sender;
import java.time.Duration;
import java.util.concurrent.Callable;

/** Sends on a thread of the machine, and drives it until the call has ended. */
final class DrivenSender implements Sender {

  private final SteppedMachine machine;
  private final Sender sender;

  DrivenSender(TestGroup group, Sender sender) {
    this.machine = group.machine();
    this.sender = sender;
  }

  @Override
  public AgentId self() {
    return sender.self();
  }

  @Override
  public void send(AgentId to, Payload payload) throws InterruptedException {
    call(() -> {
      sender.send(to, payload);
      return self();
    });
  }

  @Override
  public Delivery trySend(AgentId to, Payload payload) {
    return sender.trySend(to, payload); // it does not wait
  }

  @Override
  public Payload ask(AgentId to, Payload payload, Duration timeout) throws InterruptedException {
    return call(() -> sender.ask(to, payload, timeout));
  }

  private <T> T call(Callable<T> call) throws InterruptedException {
    try {
      return machine.call(call);
    } catch (RuntimeException | InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("a sender throws no other checked exception", e);
    }
  }
}
