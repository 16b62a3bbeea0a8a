package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.journal.Grade;
import dev.mama.testkit.ManualTime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Compactions while others record, explain and verify. */
@Timeout(120)
class JournalTrustLedgerRaceTest {

  private static final AgentId QUIET = AgentId.of("quiet");
  private static final int RECORDERS = 3;
  private static final int COMPACTIONS = 5;

  @TempDir Path folder;

  private final ManualTime time = new ManualTime();
  private final AtomicIntegerArray acknowledged = new AtomicIntegerArray(RECORDERS);
  private final LedgerOptions options =
      LedgerOptions.defaults()
          .grade(Grade.JOURNALLED)
          .blockEntries(16)
          .compactAfterBytes(1_000_000);

  @Test
  void compact_othersRecordExplainAndVerify_nothingIsLostOrSeenTwice() throws Exception {
    List<Object> before;
    Head last;
    try (var ledger = JournalTrustLedger.open(folder, options, time);
        var threads = Executors.newCachedThreadPool()) {
      for (int number = 0; number < Histories.RECORDS; number++) { // and never again
        ledger.record(Ledgers.checked(AgentId.of("rater"), QUIET, 1, time.now()));
      }
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < RECORDERS; i++) {
        int recorder = i;
        running.add(threads.submit(task(() -> record(ledger, recorder))));
        running.add(threads.submit(task(() -> explain(ledger, recorder))));
      }
      running.add(threads.submit(task(() -> verify(ledger))));
      running.add(threads.submit(task(() -> compact(ledger))));
      for (Future<?> each : running) {
        each.get();
      }
      assertThat(ledger.figures().compactions()).isGreaterThanOrEqualTo(COMPACTIONS);
      before = everything(ledger);
      last = ledger.head();
    }

    var plain = InMemoryTrustLedger.create(options.halfLife(), time);
    for (int recorder = 0; recorder < RECORDERS; recorder++) {
      for (int number = 1; number <= acknowledged.get(recorder); number++) {
        plain.record(evidence(recorder, number));
      }
    }
    try (var ledger = JournalTrustLedger.open(folder, options, time)) {
      assertThat(everything(ledger)).isEqualTo(before);
      assertThat(ledger.verify(last)).isInstanceOf(Verification.Whole.class);
      assertNumbers(ledger.explain(QUIET), Histories.RECORDS);
      for (int recorder = 0; recorder < RECORDERS; recorder++) {
        AgentId subject = Ledgers.agent(recorder);
        assertNumbers(ledger.explain(subject), acknowledged.get(recorder));
        assertThat(ledger.standing(subject).trust())
            .isCloseTo(plain.standing(subject).trust(), within(1e-9));
      }
    }
  }

  /** Something to do that may throw. */
  private interface Task {
    void run() throws Exception;
  }

  private static Callable<Object> task(Task task) {
    return () -> {
      task.run();
      return "done";
    };
  }

  private Evidence evidence(int recorder, int number) {
    return Ledgers.checked(
        AgentId.of("rater-" + recorder),
        Ledgers.agent(recorder),
        number % 4 == 0 ? 0 : 1,
        time.now());
  }

  private static boolean isOver(JournalTrustLedger ledger) {
    return ledger.figures().compactions() >= COMPACTIONS;
  }

  private void record(JournalTrustLedger ledger, int recorder) {
    for (int number = 1; !isOver(ledger); number++) {
      ledger.record(evidence(recorder, number));
      acknowledged.set(recorder, number);
    }
  }

  private void explain(JournalTrustLedger ledger, int recorder) throws InterruptedException {
    while (!isOver(ledger)) {
      int before = acknowledged.get(recorder);
      Explanation explanation = ledger.explain(Ledgers.agent(recorder));
      if (before > 0) {
        assertNumbers(explanation, before);
      }
    }
  }

  private static void verify(JournalTrustLedger ledger) throws InterruptedException {
    while (!isOver(ledger)) {
      Head head = ledger.head();
      assertThat(ledger.verify(head)).isNotInstanceOf(Verification.Broken.class);
    }
  }

  private static void compact(JournalTrustLedger ledger) throws InterruptedException {
    for (int compaction = 1; compaction <= COMPACTIONS; compaction++) {
      ledger.compact();
    }
  }

  /** The last hundred of at least {@code least} records, without a gap. */
  private static void assertNumbers(Explanation explanation, int least) {
    List<Integer> numbers =
        explanation.evidence().stream().map(Explanation.Counted::number).toList();
    int newest = numbers.get(0);
    assertThat(newest).isGreaterThanOrEqualTo(least);
    assertThat(numbers)
        .isEqualTo(
            IntStream.range(0, Math.min(newest, Histories.RECORDS))
                .mapToObj(i -> newest - i)
                .toList());
  }

  private static List<Object> everything(JournalTrustLedger ledger) throws InterruptedException {
    var all = new ArrayList<Object>();
    for (int recorder = 0; recorder < RECORDERS; recorder++) {
      all.add(ledger.standing(Ledgers.agent(recorder)));
      all.add(ledger.explain(Ledgers.agent(recorder)));
    }
    return all;
  }
}
