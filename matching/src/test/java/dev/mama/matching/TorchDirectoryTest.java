package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mama.matching.BertWeights.Tensor;
import dev.mama.minilm.MiniLm;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Directories without an ONNX graph, as other models come in. The weights are all-MiniLM-L6-v2's,
 * taken out of its ONNX graph, so that the vectors must be those of ONNX Runtime.
 */
final class TorchDirectoryTest {

  private static final String CONFIG =
      "{\"model_type\": \"bert\", \"hidden_act\": \"gelu\", \"num_attention_heads\": 12,"
          + " \"num_hidden_layers\": 6, \"layer_norm_eps\": 1e-12, \"max_position_embeddings\": 512}";

  /** Fewer than a hundred, because PyTorch takes its time on the two that fill the model. */
  private static final List<String> TEXTS = HundredTexts.hundredTexts().subList(0, 40);

  @TempDir static Path shared;

  private static Map<String, Tensor> weights = Map.of();
  private static float[][] expected = {};

  @TempDir Path directory;

  @BeforeAll
  static void encodeWithOnnxRuntime() throws Exception {
    Path graph = shared.resolve("model.onnx");
    try (InputStream bytes = MiniLm.graph().openStream()) {
      Files.copy(bytes, graph);
    }
    weights = Safetensors.weights(new OnnxWeights(OnnxFile.open(graph)));
    try (var onnx = OnnxSentenceEncoderTest.miniLm()) {
      expected = onnx.encode(TEXTS);
    }
  }

  private Path writeDirectory() throws IOException {
    try (InputStream json = MiniLm.tokenizer().openStream()) {
      Files.copy(json, directory.resolve("tokenizer.json"));
    }
    Files.writeString(directory.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 256}");
    Files.writeString(directory.resolve("config.json"), CONFIG);
    return directory.resolve("model.safetensors");
  }

  private double[] cosines(TorchSentenceEncoder encoder) throws InterruptedException {
    float[][] vectors = encoder.encode(TEXTS);
    double[] cosines = new double[vectors.length];
    for (int i = 0; i < cosines.length; i++) {
      cosines[i] = HundredTexts.cosine(vectors[i], expected[i]);
    }
    return cosines;
  }

  @Test
  void open_safetensors_givesTheVectorsOfOnnxRuntime() throws Exception {
    Safetensors.write(writeDirectory(), weights, "F32");
    try (var encoder = TorchSentenceEncoder.open(SentenceModel.in(directory), "cpu")) {
      assertThat(encoder.name()).startsWith(directory.getFileName() + " on PyTorch ");
      for (double cosine : cosines(encoder)) {
        assertThat(cosine).isGreaterThanOrEqualTo(0.9999);
      }
    }
  }

  @Test
  void open_bf16_staysCloseAndSaysSo() throws Exception {
    var prefixed = new LinkedHashMap<String, Tensor>(); // as a model with a head on top has them
    weights.forEach((name, tensor) -> prefixed.put("bert." + name, tensor));
    Safetensors.write(writeDirectory(), prefixed, "BF16");
    SentenceModel model = SentenceModel.in(directory);
    try (var encoder = TorchSentenceEncoder.open(model, "cpu", Precision.BF16)) {
      assertThat(encoder.name()).contains(", cpu, as bf16 (DJL ");
      double sum = 0;
      for (double cosine : cosines(encoder)) {
        assertThat(cosine).isGreaterThan(0.98);
        sum += cosine;
      }
      assertThat(sum / TEXTS.size()).isBetween(0.99, 0.9999999);
      String text = TEXTS.getLast();
      assertThat(HundredTexts.cosine(encoder.encode(text), encoder.encode(TEXTS)[39]))
          .as("alone and in a batch")
          .isGreaterThan(0.999);
    }
  }

  @Test
  void open_torchScript_runsAsItIs() throws Exception {
    writeDirectory();
    Path script = directory.resolve("model.pt");
    BertWeights bert = new OnnxWeights(OnnxFile.open(shared.resolve("model.onnx")));
    TorchScript.write(bert, 256, Precision.FP32, script);
    SentenceModel model = SentenceModel.in(directory);
    try (var encoder = TorchSentenceEncoder.open(model, "cpu")) {
      assertThat(HundredTexts.cosine(encoder.encode(TEXTS.getLast()), expected[39]))
          .isGreaterThanOrEqualTo(0.9999);
    }
    assertRefused(model, Precision.BF16, "has the precision it was saved with");
    try (var cut = new RandomAccessFile(script.toFile(), "rw")) {
      cut.setLength(cut.length() / 2);
    }
    assertRefused(model, null, "expected a transformer in TorchScript at file:" + script);
  }

  @Test
  void open_brokenSafetensors_isRefusedWithPathAndWhatWasExpected() throws Exception {
    Path file = writeDirectory();
    SentenceModel none = SentenceModel.of("none", SentenceModel.url(file), MiniLm.tokenizer(), 256);
    assertRefused(none, null, "cannot be loaded: expected the weights of a BERT network");

    var some = new LinkedHashMap<>(weights);
    some.remove("encoder.layer.5.output.dense.bias");
    Safetensors.write(file, some, "BF16");
    SentenceModel model = SentenceModel.in(directory);
    assertRefused(model, null, "it has no tensor 'encoder.layer.5.output.dense.bias'");

    some.put("encoder.layer.5.output.dense.bias", new Tensor(new long[] {2}, new float[2]));
    Safetensors.write(file, some, "BF16");
    assertRefused(model, null, "has the shape [2]; expected [384]");
    assertRefused(
        SentenceModel.of("long", SentenceModel.url(file), MiniLm.tokenizer(), 513),
        null,
        "it has places for 512 tokens; the model is said to take 513");

    config(CONFIG.replace("\"bert\"", "\"mpnet\""));
    assertRefused(model, null, "says model_type 'mpnet'; expected 'bert'");
    config(CONFIG.replace("\"gelu\"", "\"relu\""));
    assertRefused(model, null, "says hidden_act 'relu'; expected 'gelu'");
    config(CONFIG.replace("12,", "0,"));
    assertRefused(model, null, "says num_attention_heads '0'");
    config("{");
    assertRefused(model, null, "config.json is not JSON");
    Files.delete(directory.resolve("config.json"));
    assertRefused(model, null, "config.json is missing");
  }

  private void config(String json) throws IOException {
    Files.writeString(directory.resolve("config.json"), json);
  }

  private static void assertRefused(
      SentenceModel model, @Nullable Precision precision, String message) {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> {
          if (precision == null) {
            TorchSentenceEncoder.open(model, "cpu").close();
          } else {
            TorchSentenceEncoder.open(model, "cpu", precision).close();
          }
        })
        .withMessageContaining(message);
  }
}
