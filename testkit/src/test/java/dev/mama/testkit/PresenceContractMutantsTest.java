package dev.mama.testkit;

import dev.mama.ExperimentId;
import dev.mama.runtime.InMemoryTransport;
import dev.mama.spi.Presence;
import dev.mama.spi.Presence.State;
import dev.mama.spi.Transport;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each nested class is the contract against a transport that breaks it in one way. */
class PresenceContractMutantsTest {

  @ParameterizedTest
  @ValueSource(
      classes = {
        ForgetsThoseBefore.class,
        TellsNoDeath.class,
        TakesDeathForLeaving.class,
        MixesExperiments.class,
        MixesProcesses.class,
        WatchesAfterClose.class
      })
  void mutant_isKilled(Class<?> mutantTest) {
    Mutants.assertKilled(mutantTest);
  }

  /** Its transport changes what is announced, or who is told. */
  abstract static class Mutant extends PresenceContract {

    private final InMemoryTransport right = InMemoryTransport.open();

    @Override
    protected Duration patience() {
      return Duration.ofMillis(300);
    }

    @Override
    protected Transport open() {
      return new Relay(right) {
        @Override
        public void watchPresence(ExperimentId experiment, Consumer<Presence> watcher) {
          watch(right, experiment, watcher);
        }

        @Override
        public void close() {
          closing(right);
        }
      };
    }

    void closing(InMemoryTransport transport) {
      transport.close();
    }

    void watch(InMemoryTransport transport, ExperimentId experiment, Consumer<Presence> watcher) {
      transport.watchPresence(experiment, watcher);
    }

    void announce(InMemoryTransport transport, ExperimentId experiment, Presence news) {
      transport.announce(experiment, news);
    }

    @Override
    protected Member join(Transport transport, ExperimentId experiment, String... groups) {
      return AnnouncedProcess.join(
          (announced, news) -> announce(right, announced, news), experiment, groups);
    }
  }

  static final class ForgetsThoseBefore extends Mutant {
    private boolean watched;

    @Override
    void watch(InMemoryTransport transport, ExperimentId experiment, Consumer<Presence> watcher) {
      watched = true;
      super.watch(transport, experiment, watcher);
    }

    @Override
    void announce(InMemoryTransport transport, ExperimentId experiment, Presence news) {
      if (watched) {
        super.announce(transport, experiment, news);
      }
    }
  }

  static final class TellsNoDeath extends Mutant {
    @Override
    void announce(InMemoryTransport transport, ExperimentId experiment, Presence news) {
      if (news.state() != State.LOST) {
        super.announce(transport, experiment, news);
      }
    }
  }

  static final class TakesDeathForLeaving extends Mutant {
    @Override
    void announce(InMemoryTransport transport, ExperimentId experiment, Presence news) {
      State state = news.state() == State.LOST ? State.LEFT : news.state();
      super.announce(transport, experiment, new Presence(news.process(), news.groups(), state));
    }
  }

  static final class MixesExperiments extends Mutant {
    private static final ExperimentId ALL = ExperimentId.of("all");

    @Override
    void watch(InMemoryTransport transport, ExperimentId experiment, Consumer<Presence> watcher) {
      super.watch(transport, ALL, watcher);
    }

    @Override
    void announce(InMemoryTransport transport, ExperimentId experiment, Presence news) {
      super.announce(transport, ALL, news);
    }
  }

  static final class MixesProcesses extends Mutant {
    @Override
    void announce(InMemoryTransport transport, ExperimentId experiment, Presence news) {
      super.announce(
          transport, experiment, new Presence("process", Set.copyOf(news.groups()), news.state()));
    }
  }

  static final class WatchesAfterClose extends Mutant {
    @Override
    void closing(InMemoryTransport transport) {}
  }
}
