package dev.mama.runtime;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.Message;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What the runtime's tests say to agents, and two agents that they often need. */
final class Words {

  static final ExperimentId EXPERIMENT = ExperimentId.of("test");
  static final Duration LONG = Duration.ofSeconds(30);

  record Count(int number) {}

  record Go() {}

  private Words() {}

  static AgentId id(String value) {
    return AgentId.of(value);
  }

  /** Starts {@code agent} under {@code name}, as the only one of its type. */
  static AgentId start(AgentGroup group, String name, Agent agent) throws InterruptedException {
    group.define(AgentType.of(name, () -> agent));
    group.start(id(name), name);
    return id(name);
  }

  static void await(CountDownLatch latch) throws InterruptedException {
    if (!latch.await(LONG.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("still waiting after " + LONG);
    }
  }

  /** Keeps what it receives. */
  static final class Listener implements Agent {
    final List<Message> received = new CopyOnWriteArrayList<>();

    @Override
    public void onMessage(Message message, AgentContext context) {
      received.add(message);
    }

    List<Integer> numbers() {
      return received.stream().map(m -> m.payload().as(Count.class).number()).toList();
    }
  }

  /** Waits in its first turn until it is let go; tells when it has begun. */
  static final class Gate implements Agent {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch open = new CountDownLatch(1);

    @Override
    public void onMessage(Message message, AgentContext context) throws InterruptedException {
      begun.countDown();
      open.await();
    }
  }
}
