package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.AgentId;
import dev.mama.Standing;
import dev.mama.journal.Grade;
import dev.mama.journal.Journal;
import dev.mama.journal.JournalFault;
import dev.mama.testkit.ManualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that are not what was written, and a last record that is not whole. */
class JournalTrustLedgerFaultTest {

  private static final AgentId ADA = AgentId.of("ada");
  private static final AgentId RATER = AgentId.of("rater");
  private static final LedgerOptions OPTIONS =
      LedgerOptions.defaults().grade(Grade.SYNCED).blockEntries(4);
  private static final int RECORDS = 3;

  @TempDir Path folder;

  private final ManualTime time = new ManualTime();

  @Test
  void verify_anyBitFlipped_findsTheRecordItStandsIn() throws Exception {
    Path file = fill(folder.resolve("whole"));
    byte[] whole = Files.readAllBytes(file);
    Head head = head(folder.resolve("whole"));
    for (int at = 0; at < whole.length; at++) {
      Path copy = folder.resolve("copy-" + at);
      Files.createDirectories(copy);
      byte[] flipped = whole.clone();
      flipped[at] ^= (byte) (1 << at % 8);
      Files.write(copy.resolve(file.getFileName()), flipped);
      Verification found = JournalTrustLedger.verify(copy, OPTIONS, head);
      if (found instanceof Verification.Whole same) {
        assertThat(at).as("only the last mark says nothing").isGreaterThan(whole.length - 25);
        assertThat(same.head()).isEqualTo(head);
      } else if (found instanceof Verification.Broken broken
          && broken.fault() instanceof LedgerFault.Files files
          && files.fault() instanceof JournalFault.Damaged damaged) {
        assertThat(damaged.offset()).isLessThanOrEqualTo(at);
        assertThat(at - damaged.offset()).as("byte %d", at).isLessThan(1_000);
      }
    }
  }

  @Test
  void verify_blockAltered_isFoundThoughItsChecksumFits() throws Exception {
    fill(folder.resolve("whole"));
    for (int at : new int[] {0, 1, 5, 40, 60}) {
      Path altered = folder.resolve("altered-" + at);
      copy(
          folder.resolve("whole"),
          altered,
          3,
          bytes -> {
            bytes[at] ^= 1;
            return bytes;
          });
      assertThat(JournalTrustLedger.verify(altered, OPTIONS, null))
          .isInstanceOfSatisfying(
              Verification.Broken.class,
              it ->
                  assertThat(it.fault())
                      .isInstanceOfSatisfying(
                          LedgerFault.Altered.class, f -> assertThat(f.block()).isEqualTo(3)));
      assertThatThrownBy(() -> JournalTrustLedger.open(altered, OPTIONS, time))
          .isInstanceOf(LedgerException.class)
          .hasMessageContaining("block 3");
    }
  }

  @Test
  void verify_blockAlteredWithItsHash_isFoundByTheNext() throws Exception {
    fill(folder.resolve("whole"));
    Path altered = folder.resolve("altered");
    copy(folder.resolve("whole"), altered, 4, JournalTrustLedgerFaultTest::alteredWithItsHash);
    assertThat(JournalTrustLedger.verify(altered, OPTIONS, null))
        .isEqualTo(
            new Verification.Broken(
                new LedgerFault.Altered(altered, 5, "the hash of the block before")));
  }

  @Test
  void blocks_blockAltered_isNamed() throws Exception {
    fill(folder.resolve("whole"));
    Path altered = folder.resolve("altered");
    copy(
        folder.resolve("whole"),
        altered,
        5,
        bytes -> {
          bytes[40] ^= 1;
          return bytes;
        });
    try (var journal = Journal.open(altered, OPTIONS.journal())) {
      assertThatThrownBy(() -> LedgerReader.blocks(journal, altered, body -> {}))
          .isInstanceOf(LedgerException.class)
          .hasMessageContaining("block 5");
    }
  }

  @Test
  void verify_lastBlockAlteredWithItsHash_isFoundByTheHeadKeptElsewhere() throws Exception {
    fill(folder.resolve("whole"));
    Head head = head(folder.resolve("whole"));
    Path altered = folder.resolve("altered");
    int last = (int) head.block();
    copy(folder.resolve("whole"), altered, last, JournalTrustLedgerFaultTest::alteredWithItsHash);
    assertThat(JournalTrustLedger.verify(altered, OPTIONS, null))
        .isInstanceOf(Verification.Whole.class); // nothing on disk tells
    assertThat(JournalTrustLedger.verify(altered, OPTIONS, head))
        .isInstanceOfSatisfying(
            Verification.Broken.class,
            it -> assertThat(it.fault().message()).contains("known hash " + head.hash()));
  }

  @Test
  void verify_lastBlocksGone_isFoundByTheHeadKeptElsewhere() throws Exception {
    Path file = fill(folder.resolve("whole"));
    Head head = head(folder.resolve("whole"));
    Path shorter = folder.resolve("shorter");
    Files.createDirectories(shorter);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(shorter.resolve(file.getFileName()), Arrays.copyOf(bytes, bytes.length - 300));
    assertThat(JournalTrustLedger.verify(shorter, OPTIONS, head))
        .isInstanceOfSatisfying(
            Verification.Broken.class,
            it -> assertThat(it.fault().message()).contains("a block that was there"));
  }

  /** What a crash in the middle of a write leaves: any number of bytes of the last record. */
  @Test
  void open_lastRecordTorn_isWhatWasThereBeforeIt() throws Exception {
    Path file = fill(folder.resolve("whole"));
    byte[] whole = Files.readAllBytes(file);
    List<Standing> after = standingsAfterEach();
    int empty = emptyBytes();
    for (int size = empty; size < whole.length; size += 7) {
      Path torn = folder.resolve("torn-" + size);
      Files.createDirectories(torn);
      Files.write(torn.resolve(file.getFileName()), Arrays.copyOf(whole, size));
      try (var ledger = JournalTrustLedger.open(torn, OPTIONS, time)) {
        int records = (int) ledger.standing(ADA).evidence();
        assertThat(ledger.standing(ADA)).isEqualTo(after.get(records));
        ledger.record(Ledgers.checked(RATER, ADA, 0.5, time.now()));
        assertThat(ledger.verify(null)).isInstanceOf(Verification.Whole.class);
      }
    }
  }

  private Path fill(Path ledgers) throws InterruptedException, IOException {
    try (var ledger = JournalTrustLedger.open(ledgers, OPTIONS, time)) {
      for (int i = 0; i < RECORDS; i++) {
        ledger.record(Ledgers.checked(RATER, ADA, i / 2.0, time.now()));
      }
    }
    return segment(ledgers);
  }

  private static Path segment(Path ledgers) throws IOException {
    try (var files = Files.list(ledgers)) {
      return files.filter(it -> it.toString().endsWith(".journal")).findFirst().orElseThrow();
    }
  }

  private Head head(Path ledgers) throws InterruptedException {
    return ((Verification.Whole) JournalTrustLedger.verify(ledgers, OPTIONS, null)).head();
  }

  private int emptyBytes() throws InterruptedException, IOException {
    Path empty = folder.resolve("empty");
    JournalTrustLedger.open(empty, OPTIONS, time).close();
    return (int) Files.size(segment(empty));
  }

  private List<Standing> standingsAfterEach() {
    var memory = InMemoryTrustLedger.create(OPTIONS.halfLife(), time);
    var all = new ArrayList<Standing>();
    all.add(memory.standing(ADA));
    for (int i = 0; i < RECORDS; i++) {
      memory.record(Ledgers.checked(RATER, ADA, i / 2.0, time.now()));
      all.add(memory.standing(ADA));
    }
    return all;
  }

  /** Writes the ledger {@code from} anew, with whole checksums, and one block altered. */
  private static void copy(Path from, Path to, long block, UnaryOperator<byte[]> alteration)
      throws InterruptedException {
    try (var source = Journal.open(from, OPTIONS.journal());
        var target = Journal.open(to, OPTIONS.journal())) {
      var unused =
          source.read(
              1,
              (sequence, payload) -> {
                var bytes = new byte[payload.remaining()];
                payload.get(bytes);
                target.append(
                    sequence == block ? alteration.apply(bytes) : bytes, Grade.JOURNALLED);
                return true;
              });
    }
  }

  /** As somebody would who wants to be more trusted and knows the format. */
  private static byte[] alteredWithItsHash(byte[] block) {
    int end = block.length - Head.HASH_BYTES;
    block[end - 10] ^= 1; // in the rating
    var sha256 = Block.sha256();
    sha256.update(block, 0, end);
    System.arraycopy(sha256.digest(), 0, block, end, Head.HASH_BYTES);
    return block;
  }
}
