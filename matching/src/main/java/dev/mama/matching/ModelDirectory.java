package dev.mama.matching;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the configuration that sentence-transformers writes beside a model. */
final class ModelDirectory {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final Map<String, Pooling> MODES =
      Map.of(
          "pooling_mode_mean_tokens",
          Pooling.MEAN,
          "pooling_mode_cls_token",
          Pooling.CLS,
          "pooling_mode_max_tokens",
          Pooling.MAX);

  private final String name;
  private final Path directory;

  ModelDirectory(String name, Path directory) {
    this.name = name;
    this.directory = directory;
  }

  SentenceModel model() {
    if (!Files.isDirectory(directory)) {
      throw new ModelException(
          name, "cannot be loaded: %s is not a directory".formatted(directory), null);
    }
    JsonNode sentence = read("sentence_bert_config.json");
    return new SentenceModel(
        name,
        SentenceModel.graphIn(directory),
        SentenceModel.url(directory.resolve("tokenizer.json")),
        maxTokens(sentence),
        pooling(),
        sentence.path("do_lower_case").asBoolean(false));
  }

  private int maxTokens(JsonNode sentence) {
    var limits = new ArrayList<Integer>();
    limit(sentence, "max_seq_length", limits);
    limit(read("config.json"), "max_position_embeddings", limits);
    limit(read("tokenizer_config.json"), "model_max_length", limits);
    return limits.stream()
        .min(Integer::compare)
        .orElseThrow(() ->
            new ModelException(
                name,
                ("cannot be loaded: %s has no limit of tokens; expected max_seq_length in"
                        + " sentence_bert_config.json, model_max_length in tokenizer_config.json or"
                        + " max_position_embeddings in config.json")
                    .formatted(directory),
                null));
  }

  /** A tokenizer without a limit says 10^30, which is no int. */
  private static void limit(JsonNode config, String field, List<Integer> limits) {
    JsonNode value = config.path(field);
    if (value.canConvertToInt() && value.intValue() > 0) {
      limits.add(value.intValue());
    }
  }

  private Pooling pooling() {
    Path folder = directory.resolve("1_Pooling");
    for (JsonNode module : read("modules.json")) {
      String type = module.path("type").asString("");
      String kind = type.substring(type.lastIndexOf('.') + 1);
      switch (kind) {
        case "Transformer", "Normalize" -> {}
        case "Pooling" -> folder = directory.resolve(module.path("path").asString(""));
        default ->
            throw new ModelException(
                name,
                "cannot be loaded: %s names a module '%s'; known are Transformer, Pooling, Normalize"
                    .formatted(directory.resolve("modules.json"), type),
                null);
      }
    }
    return pooling(folder.resolve("config.json"));
  }

  private Pooling pooling(Path file) {
    List<String> modes =
        read(file)
            .propertyStream()
            .filter(property -> property.getKey().startsWith("pooling_mode_"))
            .filter(property -> property.getValue().asBoolean(false))
            .map(Map.Entry::getKey)
            .toList();
    if (modes.isEmpty() && Files.notExists(file)) {
      return Pooling.MEAN;
    }
    Pooling known = modes.size() == 1 ? MODES.get(modes.getFirst()) : null;
    if (known == null) {
      throw new ModelException(
          name,
          "cannot be loaded: %s asks for %s; expected exactly one of %s"
              .formatted(file, modes, MODES.keySet().stream().sorted().toList()),
          null);
    }
    return known;
  }

  private JsonNode read(String file) {
    return read(directory.resolve(file));
  }

  /** What is in {@code file}; nothing where there is no such file. */
  private JsonNode read(Path file) {
    if (Files.notExists(file)) {
      return JSON.createObjectNode();
    }
    try {
      return JSON.readTree(file.toFile());
    } catch (JacksonException e) {
      throw new ModelException(
          name,
          "cannot be loaded: expected JSON at %s, but: %s".formatted(file, e.getOriginalMessage()),
          e);
    }
  }
}
