package dev.mama.registry;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.Evidence;
import dev.mama.journal.Grade;
import dev.mama.journal.Journal;
import dev.mama.testkit.ManualTime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What compaction writes, when, and what an old head still proves. */
@Timeout(60)
class LedgerCompactionTest {

  private static final int BLOCK = 16;
  private static final LedgerOptions OPTIONS =
      LedgerOptions.defaults()
          .grade(Grade.JOURNALLED)
          .blockEntries(BLOCK)
          .compactAfterBytes(1_000_000);

  @TempDir Path folder;

  private final ManualTime time = new ManualTime();
  private final SplittableRandom random = new SplittableRandom(5);

  @Test
  void compact_moreWritersThanABlockHolds_keepsTheLastBatchOfEach() throws Exception {
    int writers = Block.bytes(BLOCK) / 20;
    try (var ledger = open()) {
      Receipt last = ledger.submit(List.of(), stamp(0));
      for (int i = 1; i < writers; i++) {
        last = ledger.submit(List.of(), stamp(i));
      }
      last.await();
      ledger.compact();
      assertThat(ledger.figures().compactions()).isEqualTo(1);
    }
    try (var ledger = open()) {
      for (int i = 0; i < writers; i++) {
        assertThat(ledger.lastBatch("writer-" + i)).contains(stamp(i));
      }
    }
  }

  @Test
  void compact_againAndAgain_carriesOverInBlocksOfOneSize() throws Exception {
    try (var ledger = open()) {
      for (int round = 0; round < 8; round++) {
        record(ledger, 200, 3);
        ledger.compact();
      }
    }
    int most = Block.bytes(BLOCK) / 4 + Block.HEADER + Head.HASH_BYTES;
    var carried = new ArrayList<Integer>();
    try (var journal = Journal.open(folder, OPTIONS.journal())) {
      var unused =
          journal.read(
              journal.firstSequence(),
              (sequence, payload) -> {
                Block block = Block.read(payload, Block.sha256());
                if (block.kind() == Block.Kind.CARRIED) {
                  carried.add(block.bytes());
                }
                return true;
              });
    }
    assertThat(carried).isNotEmpty().allSatisfy(it -> assertThat(it).isLessThanOrEqualTo(most));
  }

  @Test
  void open_afterRunsThatWroteMuchTogether_compacts() throws Exception {
    try (var ledger = open()) {
      record(ledger, 500, 5);
    }
    var options = OPTIONS.compactAfterBytes(20_000); // less than that, and much more than a record
    try (var ledger = JournalTrustLedger.open(folder, options, time)) {
      record(ledger, 1, 5);
      while (ledger.figures().compactions() == 0 && !Thread.currentThread().isInterrupted()) {
        Thread.onSpinWait();
      }
      assertThat(ledger.figures().compactions()).isEqualTo(1);
    }
  }

  @Test
  void verify_headOfABlockThatIsNotKept_isUnprovenOrComparedWithTheFirst() throws Exception {
    Map<Long, Head> heads = new HashMap<>();
    try (var ledger = open()) {
      for (int i = 0; i < 300; i++) {
        record(ledger, 10, 5);
        heads.put(ledger.head().block(), ledger.head());
      }
      ledger.compact();
      var whole = (Verification.Whole) ledger.verify(null);
      Head old = requireNonNull(heads.get(whole.firstBlock() - 2));
      Head last = requireNonNull(heads.get(whole.firstBlock() - 1));
      assertThat(ledger.verify(old)).isEqualTo(new Verification.Unproven(whole, old));
      assertThat(ledger.verify(last)).isEqualTo(whole);
      assertThat(ledger.verify(new Head(last.block(), old.hash())))
          .isInstanceOfSatisfying(
              Verification.Broken.class,
              it -> assertThat(it.fault().message()).contains("known hash " + old.hash()));
    }
  }

  private JournalTrustLedger open() throws InterruptedException {
    return JournalTrustLedger.open(folder, OPTIONS, time);
  }

  private static BatchStamp stamp(int writer) {
    return new BatchStamp("writer-" + writer, 1, 1 + writer, "ab".repeat(32), "");
  }

  private void record(JournalTrustLedger ledger, int pieces, int agents)
      throws InterruptedException {
    for (int i = 0; i < pieces; i += 10) {
      var some = new ArrayList<Evidence>();
      for (int j = 0; j < Math.min(10, pieces); j++) {
        some.add(Ledgers.random(random, agents, time));
      }
      ledger.submit(some).await();
    }
  }
}
