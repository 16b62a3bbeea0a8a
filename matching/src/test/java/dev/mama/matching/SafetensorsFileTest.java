package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mama.matching.BertWeights.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of a safetensors file, and what is refused. */
final class SafetensorsFileTest {

  private static final float[] VALUES = {1, -0.5f, 0, 1024, -3, 0.25f};
  private static final Tensor TENSOR = new Tensor(new long[] {2, 3}, VALUES);

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("model.safetensors");
  }

  private void writeOne() throws IOException {
    Safetensors.write(file(), Map.of("w", TENSOR), "F32");
  }

  @ParameterizedTest
  @ValueSource(strings = {"F32", "F16", "BF16"})
  void tensor_eachType_isWidenedToFp32(String type) throws IOException {
    Safetensors.write(file(), Map.of("w", TENSOR), type);
    Tensor read = SafetensorsFile.open(file()).tensor("w");
    assertThat(read.shape()).containsExactly(2, 3);
    assertThat(read.values()).containsExactly(VALUES);
  }

  @Test
  void tensor_notThere_isRefusedByName() throws IOException {
    writeOne();
    assertRefused("v", "it has no tensor 'v'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"w\":{\"dtype\":\"I64\",\"shape\":[0],\"data_offsets\":[0,0]}} | tensor 'w' has the dtype 'I64'; expected F32, F16 or BF16",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,0]}} | tensor 'w' has 0 bytes; its shape takes 12",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | tensor 'w' ends 4 bytes after the head; the file has 0 there: it was cut",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}} | the head says of tensor 'w'",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[1]}} | expected dtype, shape and two data_offsets",
        "{\"w\": 7} | expected dtype, shape and two data_offsets",
        "[1, 2] | the head is not a JSON object",
        "{\"w\": | the head is not JSON",
      })
  void open_brokenHead_isRefusedWithWhatWasExpected(String head, String message)
      throws IOException {
    Safetensors.write(file(), head);
    assertRefused("w", message);
  }

  @Test
  void open_headLongerThanTheFile_isRefused() throws IOException {
    for (long length : new long[] {-1, 0, 1, 9, 1L << 40}) {
      var bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
      Files.write(file(), bytes.array());
      assertRefused("w", "the head is said to have " + Long.toUnsignedString(length) + " bytes");
    }
  }

  @Test
  void open_fileCutAnywhere_isRefused() throws IOException {
    writeOne();
    byte[] whole = Files.readAllBytes(file());
    for (int length = 0; length < whole.length; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      assertThatExceptionOfType(IOException.class)
          .as("%d of %d bytes", length, whole.length)
          .isThrownBy(() -> SafetensorsFile.open(file()).tensor("w"));
    }
  }

  private void assertRefused(String name, String message) {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> SafetensorsFile.open(file()).tensor(name))
        .withMessageContaining(message);
  }
}
