package dev.mama.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is found on opening: a torn tail is cut off, anything else has a name and stays. */
class JournalFaultTest {

  private static final JournalOptions OPTIONS = new JournalOptions("test", 100, 200, 400);
  private static final JournalOptions ONE_SEGMENT = JournalOptions.of("test");
  private static final String FIRST = Segment.name(1);

  private final LossyStorage storage = new LossyStorage();
  private final List<String> texts = new ArrayList<>();

  @BeforeEach
  void texts() {
    for (int i = 1; i <= 30; i++) {
      texts.add("record " + i + "x".repeat(i));
    }
  }

  @Test
  void open_fileCutAtAnyByte_hasTheWholeRecordsBefore() throws Exception {
    fill(ONE_SEGMENT, Grade.SYNCED);
    byte[] whole = storage.content(FIRST);
    List<Integer> ends = recordEnds(whole);
    for (int size = 0; size < whole.length; size++) {
      int cutAt = size;
      storage.content(FIRST, Arrays.copyOf(whole, cutAt));
      try (var journal = open(ONE_SEGMENT)) {
        int left = (int) ends.stream().filter(end -> end <= cutAt).count();
        assertThat(Texts.all(journal)).as("cut at %d", cutAt).isEqualTo(texts.subList(0, left));
        assertThat(journal.append(new byte[1], Grade.SYNCED)).isEqualTo(left + 1);
      }
    }
  }

  @Test
  void open_tornTail_saysHowMuchWasCut() throws Exception {
    fill(ONE_SEGMENT, Grade.JOURNALLED);
    byte[] whole = storage.content(FIRST);
    int lastEnd = recordEnds(whole).get(29);
    storage.content(FIRST, Arrays.copyOf(whole, lastEnd - 1));
    try (var journal = open(ONE_SEGMENT)) {
      assertThat(journal.figures().cutBytes()).isEqualTo(16 + texts.get(29).length() - 1);
    }
    try (var journal = open(ONE_SEGMENT)) {
      assertThat(journal.figures().cutBytes()).isZero();
    }
  }

  @Test
  void open_anyBitFlippedInAClosedJournal_isAFaultOrLosesNothing() throws Exception {
    fill(ONE_SEGMENT, Grade.JOURNALLED);
    byte[] whole = storage.content(FIRST);
    int lastMark = whole.length - Segment.MARK;
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] flipped = flip(whole, bit);
      storage.content(FIRST, flipped);
      if (bit / 8 < lastMark) {
        JournalException e = fault(ONE_SEGMENT);
        assertThat(e).as("bit %d", bit).hasMessageContaining("memory/" + FIRST);
        assertThat(storage.content(FIRST)).as("bit %d", bit).isEqualTo(flipped);
      } else {
        try (var journal = open(ONE_SEGMENT)) {
          assertThat(Texts.all(journal)).as("bit %d", bit).isEqualTo(texts);
        }
      }
    }
  }

  @Test
  void open_anyByteOfAnEarlierSegmentChanged_namesFileAndPlace() throws Exception {
    fill(OPTIONS, Grade.JOURNALLED);
    byte[] whole = storage.content(FIRST);
    for (int at = Segment.HEADER; at < whole.length; at++) {
      storage.content(FIRST, flip(whole, at * 8));
      assertThat(fault(OPTIONS).fault())
          .as("byte %d", at)
          .isInstanceOfSatisfying(
              JournalFault.Damaged.class,
              damaged -> {
                assertThat(damaged.file()).isEqualTo(storage.path(FIRST));
                assertThat(damaged.offset()).isBetween((long) Segment.HEADER, (long) whole.length);
              });
    }
    storage.content(FIRST, Arrays.copyOf(whole, whole.length - 1));
    assertThat(fault(OPTIONS).fault()).isInstanceOf(JournalFault.Damaged.class);
  }

  @Test
  void open_missingSegment_namesIt() throws Exception {
    fill(OPTIONS, Grade.JOURNALLED);
    List<String> names = storage.names().stream().sorted().toList();
    assertThat(names).hasSizeGreaterThan(4);
    for (String name : names.subList(0, names.size() - 1)) {
      byte[] content = storage.content(name);
      storage.delete(name);
      JournalException e = fault(OPTIONS);
      assertThat(e.fault())
          .isEqualTo(
              new JournalFault.MissingSegment(
                  storage.path(name), Long.parseLong(name.substring(0, 20))));
      assertThat(e).hasMessageContaining("bring it back from a copy");
      storage.content(name, content);
    }
    open(OPTIONS).close();
  }

  @Test
  void open_firstOfTheReleasedSegmentsMissing_isMissing() throws Exception {
    fill(OPTIONS, Grade.JOURNALLED);
    long first;
    try (var journal = open(OPTIONS)) {
      journal.releaseBefore(15);
      first = journal.firstSequence();
    }
    storage.delete(Segment.name(first));
    assertThat(fault(OPTIONS).fault())
        .isEqualTo(new JournalFault.MissingSegment(storage.path(Segment.name(first)), first));
  }

  @Test
  void open_segmentOfAnotherVersion_namesIt() throws Exception {
    fill(OPTIONS, Grade.JOURNALLED);
    byte[] bytes = storage.content(FIRST);
    storage.content(FIRST, ByteBuffer.wrap(bytes).putInt(8, 2).array());
    assertThat(fault(OPTIONS))
        .hasMessage(
            "memory/%s has format version 2, expected 1; open it with the release that wrote it"
                .formatted(FIRST));
  }

  @Test
  void open_journalOfAnotherApplication_namesIt() throws Exception {
    fill(OPTIONS, Grade.JOURNALLED);
    var other = new JournalOptions("ledger", 100, 200, 400);
    assertThat(fault(other)).hasMessageContaining("belongs to 'test', expected 'ledger'");
  }

  @Test
  void open_foreignFile_isRefusedAndLeftAlone() throws Exception {
    fill(OPTIONS, Grade.JOURNALLED);
    storage.content("notes.txt", Texts.bytes("mine"));
    assertThat(fault(OPTIONS).fault())
        .isEqualTo(new JournalFault.ForeignFile(storage.path("notes.txt")));
    assertThat(storage.content("notes.txt")).isEqualTo(Texts.bytes("mine"));
    storage.delete("notes.txt");
    storage.content(Segment.name(1000), new byte[1000]);
    assertThat(fault(OPTIONS).fault())
        .isEqualTo(new JournalFault.ForeignFile(storage.path(Segment.name(1000))));
  }

  @Test
  void open_segmentUnderAnotherName_isDamaged() throws Exception {
    fill(OPTIONS, Grade.JOURNALLED);
    storage.content(Segment.name(1000), storage.content(FIRST));
    assertThat(fault(OPTIONS)).hasMessageContaining("expected the first sequence 1000");
  }

  @Test
  void open_wholeRecordOutOfItsTurn_namesBoth() {
    var segment = new Segment(1, 1, 7);
    var batch = new Batch(5, new byte[0]);
    batch.add(Texts.buffer("five"));
    byte[] file = Arrays.copyOf(segment.header("test").array(), Segment.HEADER + batch.size());
    ByteBuffer.wrap(batch.bytes())
        .putInt(0, segment.checksum(new CRC32C(), batch.bytes(), 0, batch.size()));
    System.arraycopy(batch.bytes(), 0, file, Segment.HEADER, batch.size());
    storage.content(FIRST, file);
    assertThat(fault(OPTIONS).fault())
        .isEqualTo(new JournalFault.OutOfOrder(storage.path(FIRST), Segment.HEADER, 1, 5));
  }

  @Test
  void open_segmentThatWasBeingBegun_isBegunAgain() throws Exception {
    fill(OPTIONS, Grade.JOURNALLED);
    storage.content(Segment.name(31), new byte[40]);
    try (var journal = open(OPTIONS)) {
      assertThat(Texts.all(journal)).isEqualTo(texts);
      assertThat(journal.append(new byte[100], Grade.SYNCED)).isEqualTo(31);
      assertThat(journal.append(new byte[100], Grade.SYNCED)).isEqualTo(32);
    }
    try (var journal = open(OPTIONS)) {
      assertThat(journal.nextSequence()).isEqualTo(33);
    }
  }

  @Test
  void open_payloadThatLooksLikeAMark_isNotTakenForOne() throws Exception {
    byte[] mark = new Segment(1, 1, 99).mark(new CRC32C(), 2, 1);
    try (var journal = open(ONE_SEGMENT)) {
      journal.append(Texts.bytes("one"), Grade.JOURNALLED);
      journal.append(mark, Grade.JOURNALLED);
      byte[] torn = flip(storage.content(FIRST), (Segment.HEADER + 17) * 8);
      storage.content(FIRST, torn);
    }
    storage.content(FIRST, Arrays.copyOf(storage.content(FIRST), Segment.HEADER + 19 + 16 + 24));
    try (var journal = open(ONE_SEGMENT)) {
      assertThat(journal.nextSequence()).isEqualTo(1);
    }
  }

  @Test
  void read_bitFlippedSinceOpening_namesFileAndPlace() throws Exception {
    fill(ONE_SEGMENT, Grade.JOURNALLED);
    try (var journal = open(ONE_SEGMENT)) {
      storage.content(FIRST, flip(storage.content(FIRST), (Segment.HEADER + 16) * 8));
      assertThatThrownBy(() -> Texts.all(journal))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("is damaged at byte 64");
    }
  }

  private void fill(JournalOptions options, Grade grade) throws InterruptedException {
    try (var journal = open(options)) {
      for (String text : texts) {
        journal.append(Texts.bytes(text), grade);
      }
    }
  }

  private Journal open(JournalOptions options) {
    return Journal.open(storage, options, () -> 12345);
  }

  /** The fault on opening, which has left all files as they were. */
  private JournalException fault(JournalOptions options) {
    Map<String, byte[]> before = contents();
    JournalException e = catchThrowableOfType(JournalException.class, () -> open(options).close());
    assertThat(e).as("opened").isNotNull();
    assertThat(contents()).containsExactlyInAnyOrderEntriesOf(before);
    return e;
  }

  private Map<String, byte[]> contents() {
    Map<String, byte[]> contents = new HashMap<>();
    storage.names().forEach(name -> contents.put(name, storage.content(name)));
    return contents;
  }

  private static byte[] flip(byte[] bytes, int bit) {
    byte[] flipped = bytes.clone();
    flipped[bit / 8] ^= (byte) (1 << (bit % 8));
    return flipped;
  }

  /** Where each record ends, by the lengths in the file alone. */
  private static List<Integer> recordEnds(byte[] file) {
    List<Integer> ends = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.wrap(file);
    for (int at = Segment.HEADER; at < file.length; ) {
      int length = bytes.getInt(at + 4);
      at += length == Segment.MARK_LENGTH ? Segment.MARK : Segment.RECORD_HEADER + length;
      if (length != Segment.MARK_LENGTH) {
        ends.add(at);
      }
    }
    return ends;
  }
}
