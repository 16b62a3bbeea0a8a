package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mama.minilm.MiniLm;
import dev.mama.spi.SentenceEncoder;
import dev.mama.testkit.SentenceEncoderContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same weights on PyTorch, on the CPU, and on a device where this machine has one. */
final class TorchSentenceEncoderTest extends SentenceEncoderContract {

  private static final SentenceModel MODEL =
      SentenceModel.of(MiniLm.NAME, MiniLm.graph(), MiniLm.tokenizer(), MiniLm.MAX_TOKENS);

  @Override
  protected SentenceEncoder newEncoder() {
    return TorchSentenceEncoder.open(MODEL, "cpu");
  }

  @Test
  void encode_hundredTexts_agreesWithOnnxRuntime() throws Exception {
    assertAgrees("cpu");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cuda", "mps"})
  void encode_device_agreesOrIsRefusedClearly(String device) throws Exception {
    TorchSentenceEncoder encoder;
    try {
      encoder = TorchSentenceEncoder.open(MODEL, device);
    } catch (ModelException e) {
      assertThat(e).hasMessageContaining("cannot run on '" + device + "'");
      assumeTrue(false, "not run on this machine: it has no " + device);
      return;
    }
    encoder.close();
    assertAgrees(device);
  }

  private static void assertAgrees(String device) throws Exception {
    List<String> texts = HundredTexts.hundredTexts();
    try (var onnx = OnnxSentenceEncoderTest.miniLm();
        var torch = TorchSentenceEncoder.open(MODEL, device)) {
      float[][] expected = onnx.encode(texts);
      float[][] actual = torch.encode(texts);
      for (int i = 0; i < actual.length; i++) {
        assertThat(HundredTexts.cosine(actual[i], expected[i]))
            .as(texts.get(i))
            .isGreaterThanOrEqualTo(0.9999);
      }
    }
  }

  @Test
  void name_tellsEngineAndDevice() {
    try (var encoder = TorchSentenceEncoder.open(MODEL, "cpu")) {
      assertThat(encoder.name())
          .startsWith("all-MiniLM-L6-v2 fp32 on PyTorch ")
          .contains(", cpu (");
      assertThat(encoder.dimension()).isEqualTo(384);
    }
  }

  @Test
  void open_unknownDevice_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TorchSentenceEncoder.open(MODEL, "gpu"))
        .withMessageContaining("device 'gpu' of model");
  }

  @Test
  void open_int8Graph_isRefused() {
    var int8 = SentenceModel.of("int8", MiniLm.int8Graph(), MiniLm.tokenizer(), 256);
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> TorchSentenceEncoder.open(int8, "cpu"))
        .withMessageContaining("expected a BERT graph with fp32 weights");
  }

  @Test
  void open_brokenGraph_namesTheFile(@TempDir Path folder) throws Exception {
    Path graph = Files.writeString(folder.resolve("model.onnx"), "half a download");
    var broken = SentenceModel.of("broken", graph.toUri().toURL(), MiniLm.tokenizer(), 256);
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> TorchSentenceEncoder.open(broken, "cpu"))
        .withMessageContaining(graph.toString());
  }
}
