package dev.mama.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.journal.LossyStorage.Loss;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that is full, or fails. */
class JournalDiskTest {

  private static final JournalOptions OPTIONS = new JournalOptions("test", 100, 200, 400);

  private final LossyStorage storage = new LossyStorage();

  /** Room for so many bytes after three records: none, half a record, a record without a header. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 15, 16, 17, 60, 115})
  void append_diskFull_isRefusedAndGoesOnWhenThereIsRoom(long free) throws Exception {
    List<String> texts = new ArrayList<>();
    try (var journal = open()) {
      for (int i = 0; i < 3; i++) {
        append(journal, texts);
      }
      storage.free(free);
      for (int attempt = 0; attempt < 3; attempt++) {
        assertThatThrownBy(() -> journal.append(new byte[100], Grade.JOURNALLED))
            .isInstanceOfSatisfying(
                JournalException.class,
                e -> assertThat(e.fault()).isInstanceOf(JournalFault.Refused.class))
            .hasMessageContaining("No space left on device; make room and append again");
        assertThat(Texts.all(journal)).isEqualTo(texts);
      }
      assertThat(journal.figures().refused()).isEqualTo(3);
      storage.free(Long.MAX_VALUE);
      append(journal, texts);
      assertThat(Texts.all(journal)).isEqualTo(texts);
    }
    reopened(storage, texts);
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void append_diskFullAtEachByteOfARun_thenCrash_keepsWhatWasSynced(Loss loss) throws Exception {
    for (long free = 0; free < 1500; free += 7) {
      var disk = new LossyStorage();
      List<String> texts = new ArrayList<>();
      try (var journal = Journal.open(disk, OPTIONS, () -> 1)) {
        disk.free(free);
        while (texts.size() < 20) {
          try {
            append(journal, texts);
          } catch (JournalException e) {
            assertThat(e.fault()).isInstanceOf(JournalFault.Refused.class);
            disk.free(Long.MAX_VALUE);
          }
        }
        reopened(disk.afterCrash(loss, new Random(free)), texts);
      }
      reopened(disk, texts);
    }
  }

  @Test
  void submit_behindARefusedRecord_isRefusedToo() throws Exception {
    try (var journal = open()) {
      storage.free(0);
      List<Pending> pending = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        pending.add(journal.submit(Texts.buffer("r" + i)));
      }
      for (Pending each : pending) {
        assertThatThrownBy(() -> each.await(Grade.SYNCED)).isInstanceOf(JournalException.class);
      }
      storage.free(Long.MAX_VALUE);
      assertThat(journal.append(Texts.bytes("first"), Grade.SYNCED)).isEqualTo(1);
      assertThat(Texts.all(journal)).containsExactly("first");
    }
  }

  @Test
  void releaseBefore_diskFull_isRefusedAndKeepsTheSegments() throws Exception {
    List<String> texts = new ArrayList<>();
    try (var journal = open()) {
      while (texts.size() < 30) {
        append(journal, texts);
      }
      storage.free(0);
      assertThatThrownBy(() -> journal.releaseBefore(20))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("No space left");
      assertThat(Texts.all(journal)).isEqualTo(texts);
      storage.free(Long.MAX_VALUE);
      journal.releaseBefore(20);
      assertThat(journal.firstSequence()).isGreaterThan(1);
    }
  }

  @Test
  void append_forceFails_endsTheJournalUntilItIsOpenedAgain() throws Exception {
    List<String> texts = new ArrayList<>();
    try (var journal = open()) {
      append(journal, texts);
      storage.failForces(true);
      assertThatThrownBy(() -> journal.append(Texts.bytes("lost"), Grade.SYNCED))
          .isInstanceOfSatisfying(
              JournalException.class,
              e -> assertThat(e.fault()).isInstanceOf(JournalFault.Failed.class))
          .hasMessageContaining("could not be forced (Input/output error); close the journal");
      storage.failForces(false);
      assertThatThrownBy(() -> journal.append(Texts.bytes("next"), Grade.MEMORY))
          .isInstanceOfSatisfying(
              JournalException.class,
              e -> assertThat(e.fault()).isInstanceOf(JournalFault.Failed.class));
      assertThat(Texts.all(journal)).startsWith(texts.get(0));
    }
    reopened(storage.afterCrash(Loss.EVERYTHING, new Random(1)), texts);
  }

  @Test
  void close_forceFails_saysSo() throws Exception {
    var journal = open();
    journal.append(Texts.bytes("one"), Grade.JOURNALLED);
    storage.failForces(true);
    assertThatThrownBy(journal::close)
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("could not be forced");
  }

  @Test
  void open_afterAKill_forcesWhatItFound() throws Exception {
    Journal killed = open();
    killed.append(Texts.bytes("one"), Grade.JOURNALLED);
    storage.crashAt(storage.operations());
    assertThatThrownBy(killed::close).isInstanceOf(JournalException.class);
    storage.crashAt(Long.MAX_VALUE);
    try (var journal = open()) {
      assertThat(Texts.all(journal)).containsExactly("one");
      reopened(storage.afterCrash(Loss.EVERYTHING, new Random(1)), List.of("one"));
    }
  }

  @Test
  void close_forcesWhatWasInLine() throws Exception {
    try (var journal = open()) {
      journal.append(Texts.bytes("one"), Grade.MEMORY);
    }
    reopened(storage.afterCrash(Loss.EVERYTHING, new Random(1)), List.of("one"));
  }

  private Journal open() {
    return Journal.open(storage, OPTIONS, () -> 1);
  }

  private static void append(Journal journal, List<String> texts) throws InterruptedException {
    String text = "record " + texts.size() + "x".repeat(texts.size());
    assertThat(journal.append(Texts.bytes(text), Grade.SYNCED)).isEqualTo(texts.size() + 1);
    texts.add(text);
  }

  private static void reopened(LossyStorage storage, List<String> texts)
      throws InterruptedException {
    try (var journal = Journal.open(storage, OPTIONS, () -> 2)) {
      assertThat(Texts.all(journal)).isEqualTo(texts);
    }
  }
}
