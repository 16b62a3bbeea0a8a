package dev.mama.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mama.AgentId;
import dev.mama.Dimension;
import dev.mama.Event.EvidenceGiven;
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.Rating;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.journal.Grade;
import dev.mama.registry.Explanation;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.registry.JournalTrustLedger;
import dev.mama.registry.LedgerCopier;
import dev.mama.registry.LedgerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL as the shared copy of a ledger on disk. */
@Timeout(120)
class LedgerCopyTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("exp-1.ledger");
  private static final int AGENTS = 7;

  private static TestDatabase server;

  @TempDir Path folder;

  private final Time time = Time.system();
  private final SplittableRandom random = new SplittableRandom(3);

  @BeforeAll
  static void start() throws Exception {
    server = TestDatabase.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void copy_inTwoStarts_equalsTheLedger() throws Exception {
    LedgerOptions options = LedgerOptions.defaults().grade(Grade.JOURNALLED).blockEntries(64);
    try (var ledger = JournalTrustLedger.open(folder, options, time)) {
      record(ledger, 1_000);
      copyAll(ledger);
      ledger.compact();
      record(ledger, 1_000);
      copyAll(ledger);

      Map<AgentId, Map<Integer, Evidence>> copy = read();

      assertThat(copy).hasSize(AGENTS);
      assertThat(copy.values().stream().mapToInt(Map::size).sum()).isEqualTo(2_000);
      var again = InMemoryTrustLedger.create(options.halfLife(), time);
      for (var each : copy.entrySet()) {
        AgentId subject = each.getKey();
        each.getValue().values().forEach(again::record);
        List<Explanation.Counted> kept = ledger.explain(subject).evidence();
        assertThat(kept).hasSize(100);
        assertThat(kept.get(0).number()).isEqualTo(each.getValue().size());
        for (Explanation.Counted counted : kept) {
          Evidence evidence = counted.evidence();
          assertThat(each.getValue().get(counted.number()))
              .isEqualTo(evidence.at(evidence.at().truncatedTo(ChronoUnit.MICROS)));
        }
      }
      for (AgentId subject : copy.keySet()) {
        assertThat(again.standing(subject).trust())
            .isCloseTo(ledger.standing(subject).trust(), within(1e-6));
        assertThat(again.trust(subject, Dimension.FAIRNESS))
            .isCloseTo(ledger.trust(subject, Dimension.FAIRNESS), within(1e-6));
      }
    }
  }

  private static void copyAll(JournalTrustLedger ledger) throws InterruptedException {
    try (var log = PgEventLog.open(server.database());
        var copier = LedgerCopier.start(ledger, log, EXPERIMENT)) {
      copier.await();
      assertThat(copier.copied()).isEqualTo(1_000);
    }
  }

  private static Map<AgentId, Map<Integer, Evidence>> read() throws InterruptedException {
    Map<AgentId, Map<Integer, Evidence>> copy = new TreeMap<>();
    try (var log = PgEventLog.open(server.database())) {
      log.read(
          EXPERIMENT,
          event -> {
            var given = (EvidenceGiven) event;
            copy.computeIfAbsent(given.evidence().subject(), unseen -> new TreeMap<>())
                .put((int) given.id().getLeastSignificantBits(), given.evidence());
          });
    }
    return copy;
  }

  /** Witnessed and checked, which come to the same in any order. */
  private void record(JournalTrustLedger ledger, int pieces) throws InterruptedException {
    var all = new ArrayList<Evidence>();
    for (int i = 0; i < pieces; i++) {
      AgentId subject = AgentId.of("agent-" + i % AGENTS);
      var at = time.now().minusMillis(random.nextInt(1_000_000));
      all.add(
          random.nextBoolean()
              ? new Evidence.Witnessed(
                  subject, random.nextBoolean(), Duration.ofMillis(7), at, Trace.start())
              : new Evidence.Checked(
                  AgentId.of("rater"), subject, rating(), rating(), at, Trace.start()));
    }
    for (int from = 0; from < pieces; from += 50) {
      ledger.submit(all.subList(from, Math.min(pieces, from + 50))).await();
    }
  }

  private Rating rating() {
    return new Rating(random.nextDouble(), true, Duration.ofNanos(random.nextInt(1_000_000)))
        .with(Dimension.FAIRNESS, random.nextDouble());
  }
}
