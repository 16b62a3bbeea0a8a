package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Scheduled;
import dev.mama.Time;
import dev.mama.spi.Registry;
import dev.mama.testkit.RegistryContract;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InMemoryRegistryTest extends RegistryContract {

  private static final AgentCard CARD =
      new AgentCard(AgentId.of("ada"), "bicycles", "repairs bicycles");

  @Override
  protected Registry newRegistry(Duration timeToLive, Time time) {
    return InMemoryRegistry.create(timeToLive, time);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S", "P36501D"})
  void create_timeToLiveOutOfRange_isRefused(Duration timeToLive) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InMemoryRegistry.create(timeToLive, Time.system()))
        .withMessageContaining(timeToLive.toString());
  }

  @Test
  void isAlive_clockOverflows_isUnharmed() {
    var nanos = new AtomicLong(Long.MAX_VALUE - 5);
    var registry = InMemoryRegistry.create(Duration.ofNanos(20), new Nanos(nanos));
    registry.register(CARD);
    nanos.addAndGet(10);
    assertThat(registry.isAlive(CARD.agent())).isTrue();
    nanos.addAndGet(11);
    assertThat(registry.isAlive(CARD.agent())).isFalse();
    assertThat(registry.heartbeat(CARD.agent())).isTrue();
    assertThat(registry.isAlive(CARD.agent())).isTrue();
  }

  @Test
  void heartbeat_overtakenByALaterOne_doesNotTakeItBack() {
    var nanos = new AtomicLong(100);
    var registry = InMemoryRegistry.create(Duration.ofNanos(20), new Nanos(nanos));
    registry.register(CARD);
    nanos.set(50); // read before, arrives after
    registry.heartbeat(CARD.agent());
    nanos.set(110);
    assertThat(registry.isAlive(CARD.agent())).isTrue();
  }

  private record Nanos(AtomicLong value) implements Time {

    @Override
    public Instant now() {
      return Instant.EPOCH;
    }

    @Override
    public long nanos() {
      return value.get();
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
      throw new UnsupportedOperationException("nothing falls due on this clock");
    }
  }
}
