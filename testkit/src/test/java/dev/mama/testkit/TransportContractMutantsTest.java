package dev.mama.testkit;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Deadline;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Trace;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Kind;
import dev.mama.spi.Transport;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each nested class is the contract against a transport that breaks it in one way. */
class TransportContractMutantsTest {

  @ParameterizedTest
  @ValueSource(
      classes = {
        Drops.class,
        Reorders.class,
        ForgetsKind.class,
        ForgetsSequence.class,
        ForgetsAnswers.class,
        ForgetsWaiting.class,
        ForgetsId.class,
        ForgetsChannel.class,
        ForgetsPayloadType.class,
        ForgetsTrace.class,
        ForgetsDeadline.class,
        DeliversToOthersToo.class,
        MixesExperiments.class,
        IgnoresUnsubscribe.class,
        UnsubscribesWhoeverIsThere.class,
        KeepsFirstReceiver.class,
        StopsWhenReceiverThrows.class,
        SubscribesTheFirstThousand.class,
        SwallowsInterruption.class,
        ClosesWhenInterrupted.class,
        SendsAfterClose.class
      })
  void mutant_isKilled(Class<?> mutantTest) {
    Mutants.assertKilled(mutantTest);
  }

  abstract static class Mutant extends TransportContract {

    @Override
    protected Duration patience() {
      return Duration.ofSeconds(1);
    }
  }

  static final class Drops extends Mutant {
    @Override
    protected Transport open() {
      var count = new AtomicInteger();
      return new BreakableTransport() {
        @Override
        public void send(Envelope envelope) throws InterruptedException {
          if (count.incrementAndGet() % 97 != 0) {
            super.send(envelope);
          }
        }
      };
    }
  }

  static final class Reorders extends Mutant {
    @Override
    protected Transport open() {
      var count = new AtomicInteger();
      var held = new AtomicReference<@Nullable Envelope>();
      return new BreakableTransport() {
        @Override
        void deliver(Envelope envelope, Consumer<Envelope> receiver) {
          if (count.incrementAndGet() % 97 == 0) {
            held.set(envelope);
            return;
          }
          receiver.accept(envelope);
          Envelope late = held.getAndSet(null);
          if (late != null) {
            receiver.accept(late);
          }
        }
      };
    }
  }

  /** A mutant that delivers another envelope than was sent. */
  abstract static class Alters extends Mutant {
    abstract Envelope altered(Envelope e, Message m);

    @Override
    protected final Transport open() {
      return new BreakableTransport() {
        @Override
        void deliver(Envelope envelope, Consumer<Envelope> receiver) {
          receiver.accept(altered(envelope, envelope.message()));
        }
      };
    }
  }

  static final class ForgetsKind extends Alters {
    @Override
    Envelope altered(Envelope e, Message m) {
      Kind kind = e.kind() == Kind.ASK ? Kind.SEND : e.kind();
      return new Envelope(e.experiment(), kind, m, e.sequence(), e.answers(), e.waiting());
    }
  }

  static final class ForgetsSequence extends Alters {
    @Override
    Envelope altered(Envelope e, Message m) {
      return new Envelope(e.experiment(), e.kind(), m, null, e.answers(), e.waiting());
    }
  }

  static final class ForgetsAnswers extends Alters {
    @Override
    Envelope altered(Envelope e, Message m) {
      UUID answers = e.answers() == null ? null : m.id();
      return new Envelope(e.experiment(), e.kind(), m, e.sequence(), answers, e.waiting());
    }
  }

  static final class ForgetsWaiting extends Alters {
    @Override
    Envelope altered(Envelope e, Message m) {
      return new Envelope(e.experiment(), e.kind(), m, e.sequence(), e.answers(), List.of());
    }
  }

  /** A mutant that delivers another message than was sent. */
  abstract static class AltersMessage extends Alters {
    abstract Message altered(Message m);

    @Override
    final Envelope altered(Envelope e, Message m) {
      return new Envelope(
          e.experiment(), e.kind(), altered(m), e.sequence(), e.answers(), e.waiting());
    }
  }

  static final class ForgetsId extends AltersMessage {
    @Override
    Message altered(Message m) {
      UUID id = UUID.randomUUID();
      return new Message(id, m.from(), m.to(), m.channel(), m.payload(), m.trace(), m.deadline());
    }
  }

  static final class ForgetsChannel extends AltersMessage {
    @Override
    Message altered(Message m) {
      Channel channel = Channel.AGENT_CHAT;
      return new Message(m.id(), m.from(), m.to(), channel, m.payload(), m.trace(), m.deadline());
    }
  }

  static final class ForgetsPayloadType extends AltersMessage {
    @Override
    Message altered(Message m) {
      Payload payload = Payload.encoded("", m.payload().json());
      return new Message(m.id(), m.from(), m.to(), m.channel(), payload, m.trace(), m.deadline());
    }
  }

  static final class ForgetsTrace extends AltersMessage {
    @Override
    Message altered(Message m) {
      Trace trace = Trace.start();
      return new Message(m.id(), m.from(), m.to(), m.channel(), m.payload(), trace, m.deadline());
    }
  }

  static final class ForgetsDeadline extends AltersMessage {
    @Override
    Message altered(Message m) {
      return new Message(
          m.id(), m.from(), m.to(), m.channel(), m.payload(), m.trace(), Deadline.NONE);
    }
  }

  static final class DeliversToOthersToo extends Mutant {
    @Override
    protected Transport open() {
      Set<Consumer<Envelope>> all = ConcurrentHashMap.newKeySet();
      return new BreakableTransport() {
        @Override
        public void subscribe(
            ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
            throws InterruptedException {
          all.add(receiver);
          super.subscribe(experiment, agents, receiver);
        }

        @Override
        void deliver(Envelope envelope, Consumer<Envelope> receiver) {
          all.forEach(each -> each.accept(envelope));
        }
      };
    }
  }

  static final class MixesExperiments extends Mutant {
    private static final ExperimentId ONE = ExperimentId.of("one-for-all");

    @Override
    protected Transport open() {
      Map<UUID, Envelope> sent = new ConcurrentHashMap<>();
      return new BreakableTransport() {
        @Override
        public void subscribe(
            ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
            throws InterruptedException {
          super.subscribe(ONE, agents, receiver);
        }

        @Override
        public void unsubscribe(
            ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
            throws InterruptedException {
          super.unsubscribe(ONE, agents, receiver);
        }

        @Override
        public void send(Envelope e) throws InterruptedException {
          sent.put(e.message().id(), e);
          super.send(
              new Envelope(ONE, e.kind(), e.message(), e.sequence(), e.answers(), e.waiting()));
        }

        @Override
        void deliver(Envelope envelope, Consumer<Envelope> receiver) {
          receiver.accept(Objects.requireNonNull(sent.get(envelope.message().id())));
        }
      };
    }
  }

  static final class IgnoresUnsubscribe extends Mutant {
    @Override
    protected Transport open() {
      return new BreakableTransport() {
        @Override
        public void unsubscribe(
            ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver) {}
      };
    }
  }

  static final class UnsubscribesWhoeverIsThere extends Mutant {
    @Override
    protected Transport open() {
      Map<AgentId, Consumer<Envelope>> there = new ConcurrentHashMap<>();
      return new BreakableTransport() {
        @Override
        public void subscribe(
            ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
            throws InterruptedException {
          agents.forEach(agent -> there.put(agent, receiver));
          super.subscribe(experiment, agents, receiver);
        }

        @Override
        public void unsubscribe(
            ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
            throws InterruptedException {
          for (AgentId agent : agents) {
            super.unsubscribe(experiment, List.of(agent), there.getOrDefault(agent, receiver));
          }
        }
      };
    }
  }

  static final class KeepsFirstReceiver extends Mutant {
    @Override
    protected Transport open() {
      Set<AgentId> known = ConcurrentHashMap.newKeySet();
      return new BreakableTransport() {
        @Override
        public void subscribe(
            ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
            throws InterruptedException {
          super.subscribe(experiment, agents.stream().filter(known::add).toList(), receiver);
        }
      };
    }
  }

  static final class StopsWhenReceiverThrows extends Mutant {
    @Override
    protected Transport open() {
      var stopped = new AtomicBoolean();
      return new BreakableTransport() {
        @Override
        void deliver(Envelope envelope, Consumer<Envelope> receiver) {
          if (!stopped.getAndSet(true)) {
            receiver.accept(envelope);
            stopped.set(false);
          }
        }
      };
    }
  }

  static final class SubscribesTheFirstThousand extends Mutant {
    @Override
    protected Transport open() {
      return new BreakableTransport() {
        @Override
        public void subscribe(
            ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
            throws InterruptedException {
          super.subscribe(experiment, agents.stream().limit(1_000).toList(), receiver);
        }
      };
    }
  }

  static final class SwallowsInterruption extends Mutant {
    @Override
    protected Transport open() {
      return new BreakableTransport() {
        @Override
        public void send(Envelope envelope) throws InterruptedException {
          try {
            super.send(envelope);
          } catch (InterruptedException swallowed) {
            // nobody learns of it
          }
        }
      };
    }
  }

  static final class ClosesWhenInterrupted extends Mutant {
    @Override
    protected Transport open() {
      return new BreakableTransport() {
        @Override
        public void send(Envelope envelope) throws InterruptedException {
          try {
            super.send(envelope);
          } catch (InterruptedException e) {
            close();
            throw e;
          }
        }
      };
    }
  }

  static final class SendsAfterClose extends Mutant {
    @Override
    protected Transport open() {
      return new BreakableTransport() {
        @Override
        public void close() {}
      };
    }
  }
}
