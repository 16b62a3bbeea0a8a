package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mama.matching.CachingEncoderTest.CountingEncoder;
import dev.mama.testkit.HashingEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the file of a cache survives, and what it refuses. */
final class VectorFileTest {

  private static final int MIB = 1 << 20;
  private static final List<String> TEXTS =
      IntStream.range(0, 20).mapToObj(i -> "text number " + i).toList();

  @TempDir Path folder;

  private final CountingEncoder encoder = new CountingEncoder();

  private Path file() {
    return folder.resolve("vectors");
  }

  private CachingEncoder open(long maxFileBytes) throws InterruptedException {
    CachingEncoder cache = CachingEncoder.of(encoder, MIB, file(), maxFileBytes);
    encoder.texts.set(0);
    return cache;
  }

  private float[][] fill() throws InterruptedException {
    try (var cache = open(MIB)) {
      return cache.encode(TEXTS);
    }
  }

  private long slotBytes() {
    return 28 + 4L * encoder.dimension();
  }

  @Test
  void open_again_knowsEveryText() throws Exception {
    float[][] first = fill();
    try (var cache = open(MIB)) {
      assertThat(cache.encode(TEXTS)).isDeepEqualTo(first);
      assertThat(encoder.texts).hasValue(0);
      assertThat(cache.figures().onDisk()).isEqualTo(20);
    }
  }

  @Test
  void open_fileCutAnywhere_keepsWholeVectorsAndEncodesTheRest() throws Exception {
    float[][] expected = fill();
    byte[] whole = Files.readAllBytes(file());
    long head = whole.length - 20 * slotBytes();
    for (long length = head; length < whole.length; length += slotBytes() / 3) {
      Files.write(file(), Arrays.copyOf(whole, (int) length));
      try (var cache = open(MIB)) {
        assertThat(cache.encode(TEXTS)).isDeepEqualTo(expected);
        assertThat(encoder.texts.get()).isEqualTo(20 - (int) ((length - head) / slotBytes()));
      }
      try (var cache = open(MIB)) {
        cache.encode(TEXTS);
        assertThat(encoder.texts).as("after the repair").hasValue(0);
      }
    }
  }

  @Test
  void open_damagedSlot_losesThatVectorOnly() throws Exception {
    float[][] expected = fill();
    byte[] bytes = Files.readAllBytes(file());
    int third = (int) (bytes.length - 17 * slotBytes() - slotBytes() / 2);
    bytes[third] ^= 4;
    Files.write(file(), bytes);
    try (var cache = open(MIB)) {
      assertThat(cache.encode(TEXTS)).isDeepEqualTo(expected);
      assertThat(encoder.texts).hasValue(1);
    }
  }

  @Test
  void encode_damagedWhileOpen_isNoticedAndEncodedAgain() throws Exception {
    float[][] expected = fill();
    try (var cache = open(MIB)) {
      byte[] bytes = Files.readAllBytes(file());
      bytes[bytes.length - 40] ^= 1;
      Files.write(file(), bytes);
      assertThat(cache.encode(TEXTS)).isDeepEqualTo(expected);
      assertThat(encoder.texts).hasValue(1);
    }
  }

  @Test
  void encode_moreThanTheFileHolds_keepsTheNewest() throws Exception {
    long head = Files.size(filled()) - 20 * slotBytes();
    Files.delete(file());
    long bound = head + 8 * slotBytes() + 5;
    try (var cache = open(bound)) {
      for (String text : TEXTS) {
        cache.encode(text);
      }
    }
    assertThat(Files.size(file())).isEqualTo(bound - 5);
    try (var cache = open(bound)) {
      cache.encode(TEXTS.subList(12, 20));
      assertThat(encoder.texts).as("the newest eight").hasValue(0);
      cache.encode(TEXTS.subList(0, 12));
      assertThat(encoder.texts).as("the others").hasValue(12);
    }
  }

  private Path filled() throws InterruptedException {
    fill();
    return file();
  }

  @Test
  void open_twice_isRefused() throws Exception {
    try (var cache = open(MIB)) {
      assertThat(cache.dimension()).isEqualTo(encoder.dimension());
      assertRefused("is in use");
    }
  }

  @Test
  void open_otherFile_isRefusedAndLeftAlone() throws IOException {
    Files.writeString(file(), "my diary");
    assertRefused("is not a vector cache");
    assertThat(file()).hasContent("my diary");
  }

  @Test
  void open_otherEncoder_isRefused() throws Exception {
    fill();
    assertThatExceptionOfType(VectorFileException.class)
        .isThrownBy(() -> CachingEncoder.of(new HashingEncoder(), MIB, file(), MIB))
        .withMessageContaining("holds vectors of 'counting");
  }

  @Test
  void open_damagedHead_isRefused() throws Exception {
    fill();
    byte[] bytes = Files.readAllBytes(file());
    bytes[100] ^= 1;
    Files.write(file(), bytes);
    assertRefused("is damaged in its first");
  }

  @Test
  void open_noFolder_isRefused() {
    Path nowhere = folder.resolve("none").resolve("vectors");
    assertThatExceptionOfType(VectorFileException.class)
        .isThrownBy(() -> CachingEncoder.of(encoder, MIB, nowhere, MIB))
        .withMessageContaining(nowhere + " cannot be opened")
        .satisfies(e -> assertThat(e.file()).isEqualTo(nowhere));
  }

  @Test
  void open_noRoomForAVector_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CachingEncoder.of(encoder, MIB, file(), 100))
        .withMessageContaining("maxFileBytes of the vector cache");
  }

  private void assertRefused(String message) {
    assertThatExceptionOfType(VectorFileException.class)
        .isThrownBy(() -> CachingEncoder.of(encoder, MIB, file(), MIB))
        .withMessageContaining(file() + " " + message);
  }
}
