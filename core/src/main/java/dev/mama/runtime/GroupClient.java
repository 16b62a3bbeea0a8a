package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.Deadline;
import dev.mama.Delivery;
import dev.mama.GroupClosedException;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.Trace;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What application threads send through; each message starts a trace. */
final class GroupClient implements Sender {

  private final Outbox outbox;
  private final String group;
  private final BooleanSupplier open;

  GroupClient(Outbox outbox, String group, BooleanSupplier open) {
    this.outbox = outbox;
    this.group = group;
    this.open = open;
  }

  @Override
  public AgentId self() {
    return outbox.self();
  }

  @Override
  public void send(AgentId to, Payload payload) throws InterruptedException {
    check();
    outbox.send(to, payload, Trace.start(), null);
  }

  @Override
  public Delivery trySend(AgentId to, Payload payload) {
    check();
    return outbox.trySend(to, payload, Trace.start(), null);
  }

  @Override
  public Payload ask(AgentId to, Payload payload, Duration timeout) throws InterruptedException {
    check();
    return outbox.ask(to, payload, timeout, Trace.start(), Deadline.NONE, List.of(), null);
  }

  private void check() {
    if (!open.getAsBoolean()) {
      throw new GroupClosedException(group);
    }
  }
}
