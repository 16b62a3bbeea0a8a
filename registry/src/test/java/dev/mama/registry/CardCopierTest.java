package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.StorageException;
import dev.mama.runtime.InMemoryEventLog;
import dev.mama.spi.EventLog;
import dev.mama.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever registers a card, it stands in the log. */
@Timeout(60)
class CardCopierTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("exp-1");
  private static final AgentId ADA = AgentId.of("ada");
  private static final AgentId BOB = AgentId.of("bob");

  private final ManualTime time = new ManualTime();
  private final InMemoryRegistry registry = InMemoryRegistry.create(Duration.ofDays(1), time);
  private final InMemoryEventLog kept = new InMemoryEventLog();

  /** Refuses so many rows, and those of one agent for ever. */
  private final class FailingLog implements EventLog {
    private final AtomicInteger fails = new AtomicInteger();
    private volatile @Nullable AgentId unwritable;

    @Override
    public String name() {
      return "failing";
    }

    @Override
    public void append(Event event) {
      if (fails.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new StorageException("the disk is full", null);
      }
      if (event instanceof Event.AgentStarted row && row.agent().equals(unwritable)) {
        throw new IllegalArgumentException("a card that no row can hold");
      }
      kept.append(event);
    }

    @Override
    public void flush() {}

    @Override
    public void read(ExperimentId experiment, Consumer<Event> reader) {
      kept.read(experiment, reader);
    }

    @Override
    public void close() {}
  }

  private List<Event> rows() {
    var rows = new ArrayList<Event>();
    kept.read(EXPERIMENT, rows::add);
    return rows;
  }

  private List<AgentCard> cards() {
    return rows().stream()
        .filter(Event.AgentStarted.class::isInstance)
        .map(row -> ((Event.AgentStarted) row).card())
        .toList();
  }

  @Test
  void card_ofAnotherProcess_orOfA2a_isARow() throws Exception {
    try (var copier = CardCopier.start(kept, EXPERIMENT, time)) {
      registry.onChange(copier);
      var ada = new AgentCard(ADA, "any", "does anything");
      var desk =
          PmlDesk.of(EXPERIMENT, registry, InMemoryTrustLedger.create(), PmlKeys.open(), time);
      desk.take(PmlWriter.of(EXPERIMENT, "g1", 1).write(List.of(new PmlMessage.Register(ada))));
      AgentCard bob = A2aCards.read(BOB, A2aCards.write(new AgentCard(BOB, "any", "does more")));
      registry.register(bob);
      copier.await();
      assertThat(cards()).containsExactly(ada, bob);
      assertThat(rows()).extracting(Event::at).containsOnly(time.now());

      registry.retire(ADA);
      copier.await();
      assertThat(rows().getLast())
          .isInstanceOfSatisfying(
              Event.EventRecorded.class,
              row -> {
                assertThat(row.agent()).isEqualTo(ADA);
                assertThat(row.kind()).isEqualTo(CardCopier.RETIRED);
              });
    }
  }

  @Test
  void log_thatFails_isTriedAgain() throws Exception {
    var log = new FailingLog();
    log.fails.set(2);
    try (var copier = CardCopier.start(log, EXPERIMENT, time)) {
      registry.onChange(copier);
      registry.register(new AgentCard(ADA, "any", "does anything"));
      registry.register(new AgentCard(BOB, "any", "does anything"));
      copier.await();
      assertThat(cards()).extracting(AgentCard::agent).containsExactlyInAnyOrder(ADA, BOB);
    }
  }

  @Test
  void card_thatTheLogNeverTakes_keepsNoOtherOut() throws Exception {
    var log = new FailingLog();
    log.unwritable = ADA;
    try (var copier = CardCopier.start(log, EXPERIMENT, time)) {
      registry.onChange(copier);
      registry.register(new AgentCard(ADA, "any", "does anything"));
      registry.register(new AgentCard(BOB, "any", "does anything"));
      copier.await();
      assertThat(cards()).extracting(AgentCard::agent).containsExactly(BOB);
    }
  }

  @Test
  void close_writesWhatWaits() {
    var card = new AgentCard(ADA, "any", "does anything");
    try (var copier = CardCopier.start(kept, EXPERIMENT, time)) {
      copier.accept(new RegistryChange.Registered(card));
    }
    assertThat(cards()).containsExactly(card);
  }
}
