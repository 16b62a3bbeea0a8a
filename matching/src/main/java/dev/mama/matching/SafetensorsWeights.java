package dev.mama.matching;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The weights in a safetensors file and the {@code config.json} beside it, as transformers saves
 * them.
 */
final class SafetensorsWeights implements BertWeights {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final SafetensorsFile tensors;
  private final Path configFile;
  private final JsonNode config;

  /** A model with a task's head on top keeps the network below under this. */
  private final String prefix;

  private SafetensorsWeights(SafetensorsFile tensors, Path configFile, JsonNode config) {
    this.tensors = tensors;
    this.configFile = configFile;
    this.config = config;
    prefix = tensors.has("bert.embeddings.word_embeddings.weight") ? "bert." : "";
  }

  /**
   * Reads both files.
   *
   * @throws IOException if one is missing or broken, or the network is not BERT with GELU
   */
  static SafetensorsWeights open(Path file) throws IOException {
    Path configFile = file.resolveSibling("config.json");
    if (Files.notExists(configFile)) {
      throw new IOException(
          "%s is missing; it says how many heads there are".formatted(configFile));
    }
    JsonNode config;
    try {
      config = JSON.readTree(configFile.toFile());
    } catch (JacksonException e) {
      throw new IOException("%s is not JSON (%s)".formatted(configFile, e.getOriginalMessage()));
    }
    var weights = new SafetensorsWeights(SafetensorsFile.open(file), configFile, config);
    weights.expect("model_type", "bert");
    weights.expect("hidden_act", "gelu");
    weights.expect("position_embedding_type", "absolute");
    return weights;
  }

  /** What the file does not say is as BERT has it. */
  private void expect(String field, String wanted) throws IOException {
    String found = config.path(field).asString(wanted);
    if (!found.equals(wanted)) {
      throw new IOException(
          "%s says %s '%s'; expected '%s'".formatted(configFile, field, found, wanted));
    }
  }

  private int number(String field) throws IOException {
    JsonNode value = config.path(field);
    if (!value.canConvertToInt() || value.intValue() < 1) {
      throw new IOException(
          "%s says %s '%s'; expected a number from 1 on".formatted(configFile, field, value));
    }
    return value.intValue();
  }

  @Override
  public int heads() throws IOException {
    return number("num_attention_heads");
  }

  @Override
  public int layers() throws IOException {
    return number("num_hidden_layers");
  }

  @Override
  public float epsilon(String name) {
    return (float) config.path("layer_norm_eps").asDouble(1e-12);
  }

  @Override
  public Tensor tensor(String name) throws IOException {
    return tensors.tensor(prefix + name);
  }
}
