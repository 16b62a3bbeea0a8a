package dev.mama.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Appending, reading, releasing and closing, on a real folder. */
@Timeout(60)
class JournalTest {

  private static final JournalOptions SMALL = new JournalOptions("test", 100, 200, 400);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Grade.class)
  void append_inEachGrade_isReadAgainAfterClosing(Grade grade) throws Exception {
    try (var journal = Journal.open(folder, JournalOptions.of("test"))) {
      assertThat(journal.nextSequence()).isEqualTo(1);
      assertThat(journal.append(Texts.bytes("one"), grade)).isEqualTo(1);
      assertThat(journal.append(Texts.bytes(""), grade)).isEqualTo(2);
      assertThat(journal.append(Texts.bytes("three"), grade)).isEqualTo(3);
    }
    try (var journal = Journal.open(folder, JournalOptions.of("test"))) {
      assertThat(Texts.all(journal)).containsExactly("one", "", "three");
      assertThat(journal.append(Texts.bytes("four"), grade)).isEqualTo(4);
    }
  }

  @Test
  void append_folderThatIsNotThere_makesIt() throws Exception {
    try (var journal = Journal.open(folder.resolve("a/b"), SMALL)) {
      journal.append(Texts.bytes("one"), Grade.SYNCED);
    }
    assertThat(folder.resolve("a/b")).isDirectoryContaining("glob:**.journal");
  }

  @Test
  void append_recordAboveTheLimit_isRefusedAndOthersGoOn() throws Exception {
    try (var journal = Journal.open(folder, SMALL)) {
      assertThatThrownBy(() -> journal.append(new byte[101], Grade.MEMORY))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("101 bytes")
          .hasMessageContaining("exceeds 100; raise maxRecordBytes or split it");
      assertThat(journal.append(new byte[100], Grade.SYNCED)).isEqualTo(1);
    }
  }

  @Test
  void append_beyondASegment_rollsOverAndKeepsItsSize() throws Exception {
    List<String> texts = texts(100);
    try (var journal = Journal.open(folder, SMALL)) {
      for (String text : texts) {
        journal.append(Texts.bytes(text), Grade.JOURNALLED);
      }
      assertThat(Texts.all(journal)).isEqualTo(texts);
      assertThat(journal.figures().segments()).isGreaterThan(5);
      assertThat(segments()).hasSize(journal.figures().segments());
    }
    for (Path segment : segments()) {
      assertThat(Files.size(segment)).isLessThanOrEqualTo(400 + Segment.MARK);
    }
    try (var journal = Journal.open(folder, SMALL)) {
      assertThat(Texts.all(journal)).isEqualTo(texts);
    }
  }

  @Test
  void read_fromTheMiddle_showsTheRest() throws Exception {
    List<String> texts = texts(50);
    try (var journal = Journal.open(folder, SMALL)) {
      for (String text : texts) {
        journal.append(Texts.bytes(text), Grade.JOURNALLED);
      }
      for (int from = 1; from <= 51; from++) {
        List<String> read = new ArrayList<>();
        long next = journal.read(from, (sequence, payload) -> read.add(Texts.text(payload)));
        assertThat(read).isEqualTo(texts.subList(from - 1, 50));
        assertThat(next).isEqualTo(51);
      }
    }
  }

  @Test
  void read_visitorThatStops_returnsWhereToGoOn() throws Exception {
    try (var journal = Journal.open(folder, SMALL)) {
      for (String text : texts(50)) {
        journal.append(Texts.bytes(text), Grade.JOURNALLED);
      }
      assertThat(journal.read(3, (sequence, payload) -> sequence < 20)).isEqualTo(21);
    }
  }

  @Test
  void read_fromAnywhere_beginsThere_alsoAfterOpening() throws Exception {
    var random = new Random(42);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      texts.add(i + "x".repeat(random.nextInt(1_000))); // about 30 noted places
    }
    try (var journal = Journal.open(folder, JournalOptions.of("test"))) {
      List<Pending> pending = new ArrayList<>();
      for (String text : texts) {
        pending.add(journal.submit(Texts.buffer(text)));
      }
      for (Pending each : pending) {
        each.await(Grade.JOURNALLED);
      }
      assertEachIsRead(journal, texts, random);
    }
    try (var journal = Journal.open(folder, JournalOptions.of("test"))) {
      assertEachIsRead(journal, texts, random);
    }
  }

  private static void assertEachIsRead(Journal journal, List<String> texts, Random random)
      throws InterruptedException {
    for (int i = 0; i < 200; i++) {
      int place = random.nextInt(texts.size());
      List<String> read = new ArrayList<>();
      long next =
          journal.read(
              place + 1,
              (sequence, payload) -> {
                assertThat(sequence).isEqualTo(place + 1);
                read.add(Texts.text(payload));
                return false;
              });
      assertThat(read).containsExactly(texts.get(place));
      assertThat(next).isEqualTo(place + 2);
    }
  }

  @Test
  void read_beforeTheFirst_isRefused() throws Exception {
    try (var journal = Journal.open(folder, SMALL)) {
      journal.append(Texts.bytes("one"), Grade.JOURNALLED);
      assertThatThrownBy(() -> journal.read(0, (sequence, payload) -> true))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("read from 1 on");
    }
  }

  @Test
  void releaseBefore_deletesOnlyWholeSegmentsAndForGood() throws Exception {
    long first;
    try (var journal = Journal.open(folder, SMALL)) {
      for (String text : texts(50)) {
        journal.append(Texts.bytes(text), Grade.JOURNALLED);
      }
      int before = journal.figures().segments();
      journal.releaseBefore(30);
      first = journal.firstSequence();
      assertThat(first).isGreaterThan(1).isLessThanOrEqualTo(30);
      assertThat(journal.figures().segments()).isLessThan(before);
      assertThat(segments()).hasSize(journal.figures().segments());
      assertThatThrownBy(() -> journal.read(first - 1, (sequence, payload) -> true))
          .isInstanceOfSatisfying(
              JournalException.class,
              e ->
                  assertThat(e.fault())
                      .isEqualTo(new JournalFault.Released(folder, first - 1, first)));
    }
    try (var journal = Journal.open(folder, SMALL)) {
      assertThat(journal.firstSequence()).isEqualTo(first);
      assertThat(Texts.all(journal)).isEqualTo(texts(50).subList((int) first - 1, 50));
    }
  }

  @Test
  void releaseBefore_everything_keepsTheLastSegmentAndTheCount() throws Exception {
    try (var journal = Journal.open(folder, SMALL)) {
      for (String text : texts(50)) {
        journal.append(Texts.bytes(text), Grade.JOURNALLED);
      }
      journal.releaseBefore(Long.MAX_VALUE);
      assertThat(journal.figures().segments()).isEqualTo(1);
    }
    try (var journal = Journal.open(folder, SMALL)) {
      assertThat(journal.append(Texts.bytes("next"), Grade.SYNCED)).isEqualTo(51);
    }
  }

  @Test
  void releaseBefore_lessThanOne_isRefusedByName() throws Exception {
    try (var journal = Journal.open(folder, SMALL)) {
      assertThatThrownBy(() -> journal.releaseBefore(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("sequence 0");
      assertThat(journal.figures().segments()).isEqualTo(1);
    }
  }

  @Test
  void open_twice_isRefusedUntilTheFirstIsClosed() throws Exception {
    try (var journal = Journal.open(folder, SMALL)) {
      assertThatThrownBy(() -> Journal.open(folder.resolve("../" + folder.getFileName()), SMALL))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("is in use; close the journal that has it open");
      assertThat(journal.append(Texts.bytes("one"), Grade.SYNCED)).isEqualTo(1);
    }
    Journal.open(folder, SMALL).close();
  }

  @Test
  void append_afterClose_saysSo() throws Exception {
    var journal = Journal.open(folder, SMALL);
    Pending pending = journal.submit(Texts.buffer("one"));
    journal.close();
    journal.close();
    assertThat(pending.await(Grade.SYNCED)).isEqualTo(1);
    assertThatThrownBy(() -> journal.append(Texts.bytes("two"), Grade.MEMORY))
        .isInstanceOfSatisfying(
            JournalException.class,
            e -> assertThat(e.fault()).isEqualTo(new JournalFault.Closed(folder)));
    assertThatThrownBy(() -> journal.releaseBefore(1)).isInstanceOf(JournalException.class);
  }

  @Test
  void figures_countRecordsBytesAndForces() throws Exception {
    try (var journal = Journal.open(folder, JournalOptions.of("test"))) {
      journal.append(new byte[10], Grade.JOURNALLED);
      journal.append(new byte[20], Grade.SYNCED);
      JournalFigures figures = journal.figures();
      assertThat(figures.records()).isEqualTo(2);
      assertThat(figures.bytes()).isEqualTo(10 + 20 + 2 * 16);
      assertThat(figures.forces()).isEqualTo(1);
      assertThat(figures.recordsPerForce()).isEqualTo(2);
      assertThat(figures.forceMedianNanos()).isPositive();
      assertThat(figures.refused()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Inbox,      100, 200, 400, 1 to 16 characters",
    "'',         100, 200, 400, 1 to 16 characters",
    "inbox,        0, 200, 400, maxRecordBytes 0 must be between 1",
    "inbox,      100, 115, 400, maxInFlightBytes 115 must be between 116",
    "inbox,      100, 200, 287, segmentBytes 287 must be at least 288"
  })
  void options_thatCannotBe_areRefused(
      String application, int record, int inFlight, long segment, String message) {
    assertThatThrownBy(() -> new JournalOptions(application, record, inFlight, segment))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private List<Path> segments() throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> Segment.isName(file.getFileName().toString())).toList();
    }
  }

  private static List<String> texts(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> "record " + i).toList();
  }
}
