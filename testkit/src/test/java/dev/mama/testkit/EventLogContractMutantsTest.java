package dev.mama.testkit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.mama.ChatException;
import dev.mama.Event;
import dev.mama.Event.ErrorRaised;
import dev.mama.Event.MessageSent;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Referral;
import dev.mama.State;
import dev.mama.StateShape;
import dev.mama.runtime.InMemoryEventLog;
import dev.mama.spi.EventLog;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Shows that {@link EventLogContract} notices a log that breaks its word. */
final class EventLogContractMutantsTest {

  @ParameterizedTest
  @ValueSource(
      classes = {
        Drops.class,
        Doubles.class,
        ForgetsTrace.class,
        AltersText.class,
        KeepsNanos.class,
        ReadsInOrderOfArrival.class,
        FlushDoesNotWait.class,
        MixesExperiments.class,
        AcceptsAfterClose.class,
        CloseForgets.class,
        KeepsOldKindsOnly.class,
        RoundsFigures.class,
        ForgetsWhatThePolicySaw.class,
        ConfusesFailures.class
      })
  void contract_mutant_isKilled(Class<?> mutant) {
    Mutants.assertKilled(mutant);
  }

  @Test
  void contract_wrapperThatBreaksNothing_passes() {
    // Otherwise the mutants might die of the wrapper.
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(Healthy.class))
        .execute()
        .testEvents()
        .assertStatistics(statistics -> statistics.failed(0));
  }

  static final class Healthy extends EventLogContract {
    @Override
    protected EventLog newLog() {
      return new Wrapper();
    }
  }

  /** Loses one event of a thousand. */
  static final class Drops extends EventLogContract {
    @Override
    protected EventLog newLog() {
      var count = new AtomicInteger();
      return new Wrapper() {
        @Override
        public void append(Event event) {
          if (count.incrementAndGet() % 1_000 != 0) {
            super.append(event);
          }
        }
      };
    }
  }

  /** Writes one event of a thousand twice, as after a batch whose commit was in doubt. */
  static final class Doubles extends EventLogContract {
    @Override
    protected EventLog newLog() {
      var count = new AtomicInteger();
      return new Wrapper() {
        @Override
        public void append(Event event) {
          super.append(event);
          if (count.incrementAndGet() % 1_000 == 0) {
            super.append(event);
          }
        }
      };
    }
  }

  static final class ForgetsTrace extends EventLogContract {
    @Override
    protected EventLog newLog() {
      return new Wrapper() {
        @Override
        public void append(Event event) {
          super.append(
              event instanceof ErrorRaised e
                  ? new ErrorRaised(e.id(), e.experiment(), e.at(), e.component(), e.detail(), null)
                  : event);
        }
      };
    }
  }

  /** Replaces what it cannot hold instead of refusing it. */
  static final class AltersText extends EventLogContract {
    @Override
    protected EventLog newLog() {
      return new Wrapper() {
        @Override
        public void append(Event event) {
          super.append(
              event instanceof MessageSent e
                      && e.payload().as(Payload.Text.class).text().indexOf('\0') >= 0
                  ? new MessageSent(
                      e.id(),
                      e.experiment(),
                      e.at(),
                      e.from(),
                      e.to(),
                      e.channel(),
                      Payload.text("?"),
                      e.trace())
                  : event);
        }
      };
    }
  }

  /** Gives back finer times than the contract says. */
  static final class KeepsNanos extends EventLogContract {
    @Override
    protected EventLog newLog() {
      return new Wrapper() {
        private final List<Event> events = new ArrayList<>();

        @Override
        public synchronized void append(Event event) {
          events.add(event);
        }

        @Override
        public synchronized void read(ExperimentId experiment, Consumer<Event> reader) {
          events.stream()
              .filter(event -> event.experiment().equals(experiment))
              .sorted(Comparator.comparing(Event::at))
              .forEach(reader);
        }
      };
    }
  }

  static final class ReadsInOrderOfArrival extends EventLogContract {
    @Override
    protected EventLog newLog() {
      return new Wrapper() {
        private final List<Event> events = new ArrayList<>();

        @Override
        public synchronized void append(Event event) {
          super.append(event);
          events.add(event);
        }

        @Override
        public synchronized void read(ExperimentId experiment, Consumer<Event> reader) {
          events.stream().filter(e -> e.experiment().equals(experiment)).forEach(reader);
        }
      };
    }
  }

  /** Its flush only makes sure of what was accepted before the flush before. */
  static final class FlushDoesNotWait extends EventLogContract {
    @Override
    protected EventLog newLog() {
      return new Wrapper() {
        private final List<Event> waiting = new ArrayList<>();
        private int flushed;

        @Override
        public synchronized void append(Event event) {
          waiting.add(event);
        }

        @Override
        public synchronized void flush() {
          List<Event> first = waiting.subList(0, flushed);
          first.forEach(super::append);
          first.clear();
          flushed = waiting.size();
        }
      };
    }
  }

  /** Takes experiments for one when one's name starts with the other's. */
  static final class MixesExperiments extends EventLogContract {
    @Override
    protected EventLog newLog() {
      return new Wrapper() {
        private final Set<ExperimentId> seen = new HashSet<>();

        @Override
        public synchronized void append(Event event) {
          seen.add(event.experiment());
          super.append(event);
        }

        @Override
        public synchronized void read(ExperimentId experiment, Consumer<Event> reader) {
          seen.stream()
              .filter(other -> other.value().startsWith(experiment.value()))
              .forEach(other -> super.read(other, reader));
        }
      };
    }
  }

  static final class AcceptsAfterClose extends EventLogContract {
    @Override
    protected EventLog newLog() {
      return new Wrapper() {
        @Override
        public void close() {}
      };
    }
  }

  /** A log from before agents recorded events of their own. */
  static final class KeepsOldKindsOnly extends EventLogContract {
    @Override
    protected EventLog newLog() {
      return new Wrapper() {
        @Override
        public void append(Event event) {
          if (!(event instanceof Event.EventRecorded)) {
            super.append(event);
          }
        }
      };
    }
  }

  /** Keeps figures as 32-bit numbers. */
  static final class RoundsFigures extends EventLogContract {
    @Override
    protected EventLog newLog() {
      return new Wrapper() {
        @Override
        public void append(Event event) {
          super.append(
              event instanceof Event.MetricRecorded e && Math.abs(e.value()) < Float.MAX_VALUE
                  ? new Event.MetricRecorded(
                      e.id(),
                      e.experiment(),
                      e.at(),
                      e.agent(),
                      e.name(),
                      (float) e.value(),
                      e.trace())
                  : event);
        }
      };
    }
  }

  /** Without the state nobody can learn from a decision. */
  static final class ForgetsWhatThePolicySaw extends EventLogContract {
    @Override
    protected EventLog newLog() {
      return new Wrapper() {
        @Override
        public void append(Event event) {
          super.append(event instanceof Event.DecisionMade e ? blind(e) : event);
        }

        private Event blind(Event.DecisionMade e) {
          Referral r = e.referral();
          return new Event.DecisionMade(
              e.id(),
              e.experiment(),
              e.at(),
              e.agent(),
              new Referral(
                  r.need(),
                  r.candidates(),
                  new State(new float[StateShape.SIZE], r.state().candidates()),
                  r.decision(),
                  r.timings()),
              e.trace());
        }
      };
    }
  }

  /** Takes every failed call for one kind of failure. */
  static final class ConfusesFailures extends EventLogContract {
    @Override
    protected EventLog newLog() {
      return new Wrapper() {
        @Override
        public void append(Event event) {
          super.append(
              event instanceof Event.ModelCalled e && e.failure() != null
                  ? new Event.ModelCalled(
                      e.id(),
                      e.experiment(),
                      e.at(),
                      e.agent(),
                      e.model(),
                      e.promptTokens(),
                      e.completionTokens(),
                      e.attempts(),
                      e.queued(),
                      e.onWire(),
                      null,
                      ChatException.Reason.FAILED,
                      e.trace())
                  : event);
        }
      };
    }
  }

  /** Drops on closing what was not flushed. */
  static final class CloseForgets extends EventLogContract {
    private final List<Event> store = new ArrayList<>();

    @Override
    protected EventLog newLog() {
      return new Wrapper() {
        private final List<Event> waiting = new ArrayList<>();

        @Override
        public synchronized void append(Event event) {
          super.append(event);
          waiting.add(event);
        }

        @Override
        public synchronized void flush() {
          store.addAll(waiting);
          waiting.clear();
        }
      };
    }

    @Override
    protected Optional<EventLog> anotherLog() {
      var again = new Wrapper();
      store.forEach(again::append);
      return Optional.of(again);
    }
  }

  private static class Wrapper implements EventLog {
    private final InMemoryEventLog log = new InMemoryEventLog();

    @Override
    public String name() {
      return log.name();
    }

    @Override
    public void append(Event event) {
      log.append(event);
    }

    @Override
    public void flush() {
      log.flush();
    }

    @Override
    public void read(ExperimentId experiment, Consumer<Event> reader) {
      log.read(experiment, reader);
    }

    @Override
    public void close() {
      log.close();
    }
  }
}
