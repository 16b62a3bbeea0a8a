package dev.mama.registry;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Time;
import dev.mama.spi.Registry;
import dev.mama.testkit.Mutants;
import dev.mama.testkit.RegistryContract;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryContractMutantsTest {

  @ParameterizedTest
  @ValueSource(
      classes = {
        NeverExpires.class,
        ExpiresAtOnce.class,
        ForgetsTheCardOfTheSilent.class,
        KeepsTheFirstCard.class,
        IgnoresHeartbeats.class,
        HeartbeatRegisters.class,
        DeniesHeartbeats.class,
        IgnoresRetirement.class,
        RetiresEverybody.class,
        RegistersWithoutReviving.class,
        CountsTheSilentAsAlive.class,
        CountsOnlyTheAlive.class,
        LosesEveryHundredth.class
      })
  void mutant_isKilled(Class<?> mutant) {
    Mutants.assertKilled(mutant);
  }

  static class NeverExpires extends RegistryContract {
    @Override
    protected Registry newRegistry(Duration timeToLive, Time time) {
      return InMemoryRegistry.create(Duration.ofDays(1), time);
    }
  }

  static class ExpiresAtOnce extends RegistryContract {
    @Override
    protected Registry newRegistry(Duration timeToLive, Time time) {
      return InMemoryRegistry.create(Duration.ofNanos(1), time);
    }
  }

  static class ForgetsTheCardOfTheSilent extends RegistryContract {
    @Override
    protected Registry newRegistry(Duration timeToLive, Time time) {
      return new Wrapped(timeToLive, time) {
        @Override
        public Optional<AgentCard> card(AgentId agent) {
          return isAlive(agent) ? super.card(agent) : Optional.empty();
        }
      };
    }
  }

  static class KeepsTheFirstCard extends RegistryContract {
    @Override
    protected Registry newRegistry(Duration timeToLive, Time time) {
      return new Wrapped(timeToLive, time) {
        @Override
        public void register(AgentCard card) {
          super.register(card(card.agent()).orElse(card));
        }
      };
    }
  }

  static class IgnoresHeartbeats extends RegistryContract {
    @Override
    protected Registry newRegistry(Duration timeToLive, Time time) {
      return new Wrapped(timeToLive, time) {
        @Override
        public boolean heartbeat(AgentId agent) {
          return card(agent).isPresent();
        }
      };
    }
  }

  static class HeartbeatRegisters extends RegistryContract {
    @Override
    protected Registry newRegistry(Duration timeToLive, Time time) {
      return new Wrapped(timeToLive, time) {
        @Override
        public boolean heartbeat(AgentId agent) {
          register(card(agent).orElse(new AgentCard(agent, "unknown", "unknown")));
          return true;
        }
      };
    }
  }

  static class DeniesHeartbeats extends RegistryContract {
    @Override
    protected Registry newRegistry(Duration timeToLive, Time time) {
      return new Wrapped(timeToLive, time) {
        @Override
        public boolean heartbeat(AgentId agent) {
          return !super.heartbeat(agent);
        }
      };
    }
  }

  static class IgnoresRetirement extends RegistryContract {
    @Override
    protected Registry newRegistry(Duration timeToLive, Time time) {
      return new Wrapped(timeToLive, time) {
        @Override
        public boolean retire(AgentId agent) {
          return card(agent).isPresent();
        }
      };
    }
  }

  static class RetiresEverybody extends RegistryContract {
    @Override
    protected Registry newRegistry(Duration timeToLive, Time time) {
      return new Wrapped(timeToLive, time) {
        @Override
        public boolean retire(AgentId agent) {
          boolean wasThere = super.retire(agent);
          real = InMemoryRegistry.create(timeToLive, time);
          return wasThere;
        }
      };
    }
  }

  static class RegistersWithoutReviving extends RegistryContract {
    @Override
    protected Registry newRegistry(Duration timeToLive, Time time) {
      return new Wrapped(timeToLive, time) {
        @Override
        public void register(AgentCard card) {
          if (card(card.agent()).isEmpty()) {
            super.register(card);
          }
        }
      };
    }
  }

  static class CountsTheSilentAsAlive extends RegistryContract {
    @Override
    protected Registry newRegistry(Duration timeToLive, Time time) {
      return new Wrapped(timeToLive, time) {
        @Override
        public int alive() {
          return size();
        }
      };
    }
  }

  static class CountsOnlyTheAlive extends RegistryContract {
    @Override
    protected Registry newRegistry(Duration timeToLive, Time time) {
      return new Wrapped(timeToLive, time) {
        @Override
        public int size() {
          return alive();
        }
      };
    }
  }

  static class LosesEveryHundredth extends RegistryContract {
    @Override
    protected Registry newRegistry(Duration timeToLive, Time time) {
      var registered = new AtomicInteger();
      return new Wrapped(timeToLive, time) {
        @Override
        public void register(AgentCard card) {
          if (registered.incrementAndGet() % 100 != 0) {
            super.register(card);
          }
        }
      };
    }
  }

  private abstract static class Wrapped implements Registry {
    volatile Registry real;

    Wrapped(Duration timeToLive, Time time) {
      this.real = InMemoryRegistry.create(timeToLive, time);
    }

    @Override
    public void register(AgentCard card) {
      real.register(card);
    }

    @Override
    public boolean heartbeat(AgentId agent) {
      return real.heartbeat(agent);
    }

    @Override
    public boolean retire(AgentId agent) {
      return real.retire(agent);
    }

    @Override
    public Optional<AgentCard> card(AgentId agent) {
      return real.card(agent);
    }

    @Override
    public boolean isAlive(AgentId agent) {
      return real.isAlive(agent);
    }

    @Override
    public int size() {
      return real.size();
    }

    @Override
    public int alive() {
      return real.alive();
    }
  }
}
