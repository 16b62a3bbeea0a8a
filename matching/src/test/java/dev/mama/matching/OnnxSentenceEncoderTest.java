package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mama.minilm.MiniLm;
import dev.mama.spi.SentenceEncoder;
import dev.mama.testkit.SentenceEncoderContract;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OnnxSentenceEncoderTest extends SentenceEncoderContract {

  static OnnxSentenceEncoder miniLm() {
    return OnnxSentenceEncoder.open(
        MiniLm.NAME, MiniLm.graph(), MiniLm.tokenizer(), MiniLm.MAX_TOKENS);
  }

  @Override
  protected SentenceEncoder newEncoder() {
    return miniLm();
  }

  @Test
  void open_miniLm_tellsWhatItIs() {
    try (var encoder = miniLm()) {
      assertThat(encoder.dimension()).isEqualTo(384);
      assertThat(encoder.name())
          .matches("all-MiniLM-L6-v2 fp32 on ONNX Runtime [0-9.]+ \\(DJL [0-9.]+\\)");
    }
  }

  @Test
  void open_leavesDjlOffline() {
    miniLm().close();
    assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
    assertThat(System.getProperty("ai.djl.onnx.disable_alternative")).isEqualTo("true");
  }

  @Test
  void open_directory_givesTheSameVectors(@TempDir Path directory) throws Exception {
    copy(MiniLm.graph(), Files.createDirectory(directory.resolve("onnx")).resolve("model.onnx"));
    copy(MiniLm.tokenizer(), directory.resolve("tokenizer.json"));
    Files.writeString(directory.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 256}");
    try (var fromDirectory = OnnxSentenceEncoder.open(directory);
        var fromClassPath = miniLm()) {
      assertThat(fromDirectory.name()).startsWith(directory.getFileName().toString());
      assertThat(fromDirectory.encode("the same model from elsewhere"))
          .isEqualTo(fromClassPath.encode("the same model from elsewhere"));
    }
  }

  @Test
  void encode_textBeyondTheLimit_isCutThere() throws Exception {
    try (var encoder = miniLm()) {
      String words = "word ".repeat(MiniLm.MAX_TOKENS - 2);
      assertThat(encoder.encode(words + "and more"))
          .isEqualTo(encoder.encode(words + "something else"))
          .isEqualTo(encoder.encode(words));
      assertThat(encoder.encode(words.substring(5) + "and more"))
          .isNotEqualTo(encoder.encode(words));
      assertThat(encoder.figures().truncated()).isEqualTo(3);
      assertThat(encoder.figures().texts()).isEqualTo(5);
    }
  }

  @Test
  void open_missingGraph_namesTheFile(@TempDir Path directory) throws IOException {
    copy(MiniLm.tokenizer(), directory.resolve("tokenizer.json"));
    assertRefused(directory, "an ONNX graph", directory.resolve("model.onnx"));
  }

  @Test
  void open_brokenGraph_namesTheFile(@TempDir Path directory) throws IOException {
    copy(MiniLm.tokenizer(), directory.resolve("tokenizer.json"));
    Files.writeString(directory.resolve("model.onnx"), "half a download");
    assertRefused(directory, "an ONNX graph", directory.resolve("model.onnx"));
  }

  @Test
  void open_missingTokenizer_namesTheFile(@TempDir Path directory) {
    assertRefused(directory, "a tokenizer", directory.resolve("tokenizer.json"));
  }

  @Test
  void open_brokenTokenizer_namesTheFile(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("tokenizer.json"), "{\"version\": ");
    assertRefused(directory, "a tokenizer", directory.resolve("tokenizer.json"));
  }

  @Test
  void open_noRoomForAWord_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OnnxSentenceEncoder.open("short", MiniLm.graph(), MiniLm.tokenizer(), 2))
        .withMessageContaining("maxTokens of model 'short' is 2");
  }

  private static void assertRefused(Path directory, String expected, Path file) {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> OnnxSentenceEncoder.open(in(directory)))
        .withMessageContaining("model 'mine' cannot be loaded: expected " + expected)
        .withMessageContaining(file.toString())
        .satisfies(e -> assertThat(e.model()).isEqualTo("mine"));
  }

  private static SentenceModel in(Path directory) {
    return SentenceModel.of(
        "mine",
        SentenceModel.graphIn(directory),
        SentenceModel.url(directory.resolve("tokenizer.json")),
        256);
  }

  private static void copy(URL source, Path target) throws IOException {
    try (InputStream in = source.openStream()) {
      Files.copy(in, target);
    }
  }
}
