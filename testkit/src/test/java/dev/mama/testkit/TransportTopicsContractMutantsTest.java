package dev.mama.testkit;

import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.spi.Envelope;
import dev.mama.spi.Transport;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each nested class is the contract against a transport that breaks it in one way. */
class TransportTopicsContractMutantsTest {

  @ParameterizedTest
  @ValueSource(
      classes = {
        Drops.class,
        MixesTopics.class,
        MixesTopicsAndAgents.class,
        IgnoresUnsubscribe.class,
        TakesSequences.class,
        PublishesAfterClose.class
      })
  void mutant_isKilled(Class<?> mutantTest) {
    Mutants.assertKilled(mutantTest);
  }

  abstract static class Mutant extends TransportTopicsContract {
    @Override
    protected Duration patience() {
      return Duration.ofMillis(300);
    }
  }

  static final class Drops extends Mutant {
    @Override
    protected Transport open() {
      return new BreakableTransport() {
        @Override
        public void publish(Envelope envelope) {}
      };
    }
  }

  static final class MixesTopics extends Mutant {
    @Override
    protected Transport open() {
      return new BreakableTransport() {
        @Override
        public void subscribeTopic(
            ExperimentId experiment, String topic, Consumer<Envelope> receiver)
            throws InterruptedException {
          super.subscribeTopic(experiment, topic, receiver);
          super.subscribeTopic(experiment, "weather", receiver);
        }
      };
    }
  }

  static final class MixesTopicsAndAgents extends Mutant {
    @Override
    protected Transport open() {
      return new BreakableTransport() {
        @Override
        public void subscribe(
            ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
            throws InterruptedException {
          for (AgentId agent : agents) {
            subscribeTopic(experiment, agent.value(), receiver);
          }
        }
      };
    }
  }

  static final class IgnoresUnsubscribe extends Mutant {
    @Override
    protected Transport open() {
      return new BreakableTransport() {
        @Override
        public void unsubscribeTopic(
            ExperimentId experiment, String topic, Consumer<Envelope> receiver) {}
      };
    }
  }

  static final class TakesSequences extends Mutant {
    @Override
    protected Transport open() {
      return new BreakableTransport() {
        @Override
        public void publish(Envelope e) throws InterruptedException {
          super.publish(
              new Envelope(e.experiment(), e.kind(), e.message(), null, null, e.waiting()));
        }
      };
    }
  }

  static final class PublishesAfterClose extends Mutant {
    @Override
    protected Transport open() {
      return new BreakableTransport() {
        @Override
        public void close() {}
      };
    }
  }
}
