package dev.mama.runtime;

import static dev.mama.runtime.Words.EXPERIMENT;
import static dev.mama.runtime.Words.id;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Event;
import dev.mama.Payload;
import dev.mama.StepAgent;
import dev.mama.Supervision;
import dev.mama.Supervision.Reaction;
import dev.mama.runtime.Words.Count;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A group with steps, for tests that run agents in them. */
abstract class StepsRig {

  final InMemoryEventLog log = new InMemoryEventLog();
  final AgentGroup group =
      AgentGroup.builder(EXPERIMENT)
          .mailboxCapacity(4)
          .eventLog(log)
          .drainTimeout(Duration.ofMillis(300))
          .build();
  final Steps steps = Steps.in(group, 3, (step, agent) -> {});
  final List<Thread> threads = new ArrayList<>();

  @AfterEach
  void close() throws InterruptedException {
    group.close();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  AgentId start(String name, StepAgent agent, @Nullable Set<AgentId> senders)
      throws InterruptedException {
    return start(name, agent, senders, Supervision.of(Reaction.RESUME));
  }

  AgentId start(
      String name, StepAgent agent, @Nullable Set<AgentId> senders, Supervision supervision)
      throws InterruptedException {
    steps.define(AgentType.of(name, () -> agent).supervised(supervision));
    if (senders == null) {
      steps.start(id(name), name);
    } else {
      steps.start(id(name), name, senders);
    }
    return id(name);
  }

  /** What an agent has read, as "step: sender number, sender number". */
  static StepAgent reader(List<String> read) {
    return (step, input, context) ->
        read.add(
            step
                + ":"
                + String.join(
                    ",",
                    input.stream()
                        .map(m -> m.from().value() + m.payload().as(Count.class).number())
                        .toList()));
  }

  static StepAgent talker(AgentId to) {
    return (step, input, context) -> {
      context.send(to, Payload.of(new Count((int) step * 10)));
      context.send(to, Payload.of(new Count((int) step * 10 + 1)));
    };
  }

  List<String> errors() {
    var errors = new ArrayList<String>();
    log.read(
        EXPERIMENT,
        event -> {
          if (event instanceof Event.ErrorRaised error) {
            errors.add(error.detail());
          }
        });
    return errors;
  }

  @SuppressWarnings("InterruptedExceptionSwallowed") // kept, for the test to look at
  void run(long count, AtomicReference<@Nullable Throwable> outcome) {
    try {
      steps.run(count);
    } catch (Exception e) {
      outcome.set(e);
    }
  }
}
