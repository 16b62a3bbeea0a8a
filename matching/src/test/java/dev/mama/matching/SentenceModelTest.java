package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read from a directory as sentence-transformers saves it. */
final class SentenceModelTest {

  private static final String MODULES =
      """
      [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
       {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
       {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]
      """;

  @TempDir Path directory;

  private void write(String file, String json) throws IOException {
    Path target = directory.resolve(file);
    Files.createDirectories(target.getParent());
    Files.writeString(target, json);
  }

  @Test
  void in_wholeDirectory_readsPoolingLimitAndCase() throws IOException {
    write("modules.json", MODULES);
    write(
        "1_Pooling/config.json",
        "{\"word_embedding_dimension\": 384, \"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}");
    write("sentence_bert_config.json", "{\"max_seq_length\": 256, \"do_lower_case\": true}");
    write("config.json", "{\"max_position_embeddings\": 512}");
    write("onnx/model.onnx", "");
    SentenceModel model = SentenceModel.in(directory);
    assertThat(model.name()).isEqualTo(directory.getFileName().toString());
    assertThat(model.pooling()).isEqualTo(Pooling.CLS);
    assertThat(model.maxTokens()).isEqualTo(256);
    assertThat(model.lowerCase()).isTrue();
    assertThat(model.graph().getPath()).endsWith("/onnx/model.onnx");
    assertThat(model.tokenizer().getPath()).endsWith("/tokenizer.json");
  }

  @Test
  void in_limitOnlyInTheTokenizer_isTaken() throws IOException {
    write("tokenizer_config.json", "{\"model_max_length\": 128}");
    SentenceModel model = SentenceModel.in(directory);
    assertThat(model.maxTokens()).isEqualTo(128);
    assertThat(model.pooling()).isEqualTo(Pooling.MEAN);
    assertThat(model.graph().getPath()).endsWith(directory.getFileName() + "/model.onnx");
  }

  @Test
  void in_tokenizerWithoutALimit_takesThePositions() throws IOException {
    write("tokenizer_config.json", "{\"model_max_length\": 1000000000000000019884624838656}");
    write("config.json", "{\"max_position_embeddings\": 512}");
    assertThat(SentenceModel.in(directory).maxTokens()).isEqualTo(512);
  }

  @Test
  void in_noLimit_isRefused() {
    assertRefused("has no limit of tokens");
  }

  @Test
  void in_layerAfterPooling_isRefusedByName() throws IOException {
    write("config.json", "{\"max_position_embeddings\": 512}");
    write("modules.json", MODULES.replace("models.Normalize", "models.Dense"));
    assertRefused("'sentence_transformers.models.Dense'");
  }

  @Test
  void in_poolingNotDoneHere_isRefusedByName() throws IOException {
    write("config.json", "{\"max_position_embeddings\": 512}");
    write("1_Pooling/config.json", "{\"pooling_mode_weightedmean_tokens\": true}");
    assertRefused("pooling_mode_weightedmean_tokens");
  }

  @Test
  void in_brokenJson_namesTheFile() throws IOException {
    write("config.json", "{\"max_position_embeddings\": ");
    assertRefused(directory.resolve("config.json").toString());
  }

  @Test
  void in_noDirectory_isRefused() {
    Path none = directory.resolve("none");
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> SentenceModel.in(none))
        .withMessageContaining(none + " is not a directory");
  }

  @Test
  void pool_max_takesTheGreatestOfEachPlace() {
    var vector = new float[2];
    Pooling.MAX.pool(new float[] {9, 9, 1, -2, 3, -5, 9, 9}, 2, 2, vector);
    assertThat(vector).containsExactly(3, -2);
  }

  private void assertRefused(String message) {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> SentenceModel.in(directory))
        .withMessageContaining(message);
  }
}
