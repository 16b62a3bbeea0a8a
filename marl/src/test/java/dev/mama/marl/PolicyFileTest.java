package dev.mama.marl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyFileTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void write_read_isTheSame(ActionShape shape) {
    PolicyFile written = Policies.random(shape, 7);
    Path file = folder.resolve("policy.safetensors");
    written.write(file);
    PolicyFile read = PolicyFile.read(file);
    assertThat(read.manifest()).isEqualTo(written.manifest());
    assertThat(read.network().parameters()).isEqualTo(written.network().parameters());
    assertThat(read.means()).isEqualTo(written.means());
    assertThat(read.name()).isEqualTo(written.name()).startsWith("untrained/");
  }

  @Test
  void name_otherWeights_isAnotherVersion() {
    assertThat(Policies.random(ActionShape.CANDIDATES, 7).name())
        .isNotEqualTo(Policies.random(ActionShape.CANDIDATES, 8).name());
  }

  /** What another reader of the format relies on: header length, header, data at its end. */
  @Test
  void write_isSafetensors() {
    byte[] bytes = Policies.random(ActionShape.CANDIDATES, 7).write();
    var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) buffer.getLong();
    String json = new String(bytes, 8, header, StandardCharsets.UTF_8);
    assertThat(header % 8).isZero();
    assertThat(json)
        .startsWith("{\"__metadata__\":{")
        .contains("\"0.weight\":{\"dtype\":\"F32\",\"shape\":[256,50],\"data_offsets\":[0,51200]}");
    assertThat(bytes).hasSize(8 + header + 4 * (Mlp.count(Mlp.policySizes(5)) + 50));
  }

  @Test
  void read_cutAnywhere_isRefused() {
    byte[] bytes = Policies.random(ActionShape.CANDIDATES, 7).write();
    for (int length : new int[] {0, 7, 8, 100, 1_500, bytes.length - 4, bytes.length - 1}) {
      assertRefused(Arrays.copyOf(bytes, length), "");
    }
    assertRefused(Arrays.copyOf(bytes, bytes.length + 4), "its header tells of");
  }

  @Test
  void read_notANumberInside_isRefused() {
    byte[] bytes = Policies.random(ActionShape.CANDIDATES, 7).write();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(bytes.length - 4, Float.NaN);
    assertRefused(bytes, "not finite");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"state-shape\":\"1\"      | \"state-shape\":\"2\"  | shape 2; this version makes shape 1",
        "\"action-shape\":\"1\"     | \"action-shape\":\"9\" | action shape 9 is unknown",
        "\"action-shape\":\"1\"     | \"action-shape\":\"2\" | must be there with shape [6, 64]",
        "mama-policy/1              | mama-policy/9          | its format is 'mama-policy/9'",
        "\"shape\":[256,50]         | \"shape\":[50,256]     | must be there with shape [256, 50]",
        "\"0.weight\"               | \"9.weight\"           | tensor '0.weight' is missing",
        "\"dtype\":\"F32\"          | \"dtype\":\"F16\"      | another type than F32",
        "\"rule.trust\":\"2.0\"     | \"rule.trust\":\"two\" | 'two', no number",
        "\"seed\":\"7\"             | \"sead\":\"7\"         | no 'seed'",
        "{\"__metadata__\"          | ]\"__metadata__\"      | no JSON"
      })
  void read_otherHeader_isRefusedWithItsReason(String from, String to, String reason) {
    byte[] bytes = Policies.random(ActionShape.CANDIDATES, 7).write();
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    assertThat(text).contains(from);
    byte[] changed =
        text.replaceFirst(java.util.regex.Pattern.quote(from), to)
            .getBytes(StandardCharsets.ISO_8859_1);
    assertThat(changed).hasSize(bytes.length);
    assertRefused(changed, reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hello", "PK\u0003\u0004 something else that is long enough"})
  void read_foreignFile_isRefused(String content) {
    assertRefused(content.getBytes(StandardCharsets.UTF_8), "no safetensors file");
  }

  @Test
  void read_missingFile_isRefusedByName() {
    assertThatThrownBy(() -> LearnedPolicy.read(folder.resolve("none.safetensors")))
        .isInstanceOf(PolicyException.class)
        .hasMessageContaining("none.safetensors")
        .hasMessageContaining("NoSuchFileException");
  }

  @Test
  void read_hugeFile_isRefusedUnread() throws Exception {
    Path file = folder.resolve("huge");
    try (var channel =
        Files.newByteChannel(
            file,
            java.nio.file.StandardOpenOption.CREATE,
            java.nio.file.StandardOpenOption.WRITE)) {
      channel.position(17L << 20);
      channel.write(ByteBuffer.wrap(new byte[1]));
    }
    assertThatThrownBy(() -> PolicyFile.read(file)).hasMessageContaining("larger than 16,777,216");
  }

  private static void assertRefused(byte[] bytes, String reason) {
    assertThatThrownBy(() -> PolicyFile.read(bytes, "f"))
        .isInstanceOf(PolicyException.class)
        .hasMessageContaining("policy file 'f' cannot be used")
        .hasMessageContaining(reason);
  }
}
