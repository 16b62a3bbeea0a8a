package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentId;
import dev.mama.Event;
import dev.mama.Event.EvidenceGiven;
import dev.mama.ExperimentId;
import dev.mama.StorageException;
import dev.mama.journal.Grade;
import dev.mama.runtime.InMemoryEventLog;
import dev.mama.spi.EventLog;
import dev.mama.testkit.ManualTime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A ledger's copy in an event log: all of it, each piece once, whatever is restarted. */
@Timeout(60)
class LedgerCopierTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("exp-1.ledger");
  private static final LedgerOptions OPTIONS =
      LedgerOptions.defaults()
          .grade(Grade.JOURNALLED)
          .blockEntries(16)
          .compactAfterBytes(1_000_000);
  private static final int AGENTS = 5;

  @TempDir Path folder;

  private final ManualTime time = new ManualTime();
  private final SplittableRandom random = new SplittableRandom(11);

  @Test
  void copy_restartedAndCompacted_hasEachPieceOnce() throws Exception {
    try (EventLog log = new InMemoryEventLog();
        var ledger = JournalTrustLedger.open(folder, OPTIONS, time)) {
      record(ledger, 700);
      try (var copier = LedgerCopier.start(ledger, log, EXPERIMENT)) {
        copier.await();
        assertThat(copier.copied()).isEqualTo(700);
        record(ledger, 100);
        copier.await();
      }
      record(ledger, 100);
      ledger.compact(); // deletes what is copied, and carries the last hundred of each over
      record(ledger, 100);
      try (var copier = LedgerCopier.start(ledger, log, EXPERIMENT)) {
        copier.await();
        assertThat(copier.copied()).isEqualTo(200);
      }
      assertWhole(log, 1_000);
    }
  }

  @Test
  void compact_notCopiedYet_isKeptUntilItIs() throws Exception {
    try (var log = new FailingLog();
        var ledger = JournalTrustLedger.open(folder, OPTIONS, time)) {
      log.refuses.set(true);
      try (var copier = LedgerCopier.start(ledger, log, EXPERIMENT)) {
        record(ledger, 6_000);
        ledger.compact();
        log.refuses.set(false);
        copier.await();
      }
      assertWhole(log.kept, 6_000);
    }
  }

  @Test
  void copy_logFailsInBetween_hasEachPieceOnce() throws Exception {
    try (var log = new FailingLog();
        var ledger = JournalTrustLedger.open(folder, OPTIONS, time)) {
      record(ledger, 1_500);
      log.fails.set(2);
      try (var copier = LedgerCopier.start(ledger, log, EXPERIMENT)) {
        copier.await();
      }
      assertThat(log.fails.get()).isZero();
      assertWhole(log.kept, 1_500);
    }
  }

  private void record(JournalTrustLedger ledger, int pieces) throws InterruptedException {
    Receipt last = null;
    for (int i = 0; i < pieces; i++) {
      last = ledger.submit(List.of(Ledgers.random(random, AGENTS, time)));
    }
    if (last != null) {
      last.await();
    }
  }

  private static void assertWhole(EventLog log, int pieces) throws InterruptedException {
    List<EvidenceGiven> copied = new ArrayList<>();
    log.read(EXPERIMENT, event -> copied.add((EvidenceGiven) event));
    assertThat(copied).hasSize(pieces);
    Map<AgentId, List<Integer>> numbers =
        copied.stream()
            .collect(
                Collectors.groupingBy(
                    each -> each.evidence().subject(),
                    Collectors.mapping(
                        each -> (int) each.id().getLeastSignificantBits(), Collectors.toList())));
    numbers.forEach((subject, all) ->
        assertThat(all)
            .as("records about %s", subject)
            .containsExactlyInAnyOrderElementsOf(
                IntStream.rangeClosed(1, all.size()).boxed().toList()));
  }

  /** Keeps what it takes, refuses all for a while, and fails so many flushes. */
  private static final class FailingLog implements EventLog {
    private final EventLog kept = new InMemoryEventLog();
    private final AtomicInteger fails = new AtomicInteger();
    private final AtomicBoolean refuses = new AtomicBoolean();

    @Override
    public String name() {
      return "failing";
    }

    @Override
    public void append(Event event) throws InterruptedException {
      if (refuses.get()) {
        throw new StorageException("refused on purpose", null);
      }
      kept.append(event);
    }

    @Override
    public void flush() throws InterruptedException {
      if (fails.get() > 0) {
        fails.decrementAndGet();
        throw new StorageException("flushed on purpose with a failure", null);
      }
      kept.flush();
    }

    @Override
    public void read(ExperimentId experiment, Consumer<Event> reader) throws InterruptedException {
      kept.read(experiment, reader);
    }

    @Override
    public void close() {
      kept.close();
    }
  }
}
