package dev.mama.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Format version 1, byte by byte: what was written once is read for ever. */
class JournalFormatTest {

  private static final String FILE = Segment.name(1);
  private static final JournalOptions OPTIONS = JournalOptions.of("golden");

  @Test
  void open_goldenFile_hasItsRecords() throws Exception {
    var storage = new LossyStorage();
    storage.content(FILE, golden());
    try (var journal = Journal.open(storage, OPTIONS, () -> 1)) {
      assertThat(Texts.all(journal)).containsExactly("one", "", "drei – 三");
      assertThat(journal.nextSequence()).isEqualTo(4);
    }
  }

  @Test
  void append_theSameRecords_writesTheGoldenFile() throws Exception {
    var storage = new LossyStorage();
    try (var journal = Journal.open(storage, OPTIONS, () -> 0x0123456789abcdefL)) {
      journal.append(Texts.bytes("one"), Grade.SYNCED);
      journal.append(Texts.bytes(""), Grade.JOURNALLED);
      journal.append(Texts.bytes("drei – 三"), Grade.JOURNALLED);
    }
    HexFormat hex = HexFormat.of();
    assertThat(hex.formatHex(storage.content(FILE))).isEqualTo(hex.formatHex(golden()));
  }

  private static byte[] golden() throws IOException {
    try (InputStream file = JournalFormatTest.class.getResourceAsStream("/journal-v1/" + FILE)) {
      return Objects.requireNonNull(file, "golden file").readAllBytes();
    }
  }
}
