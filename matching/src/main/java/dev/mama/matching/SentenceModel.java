package dev.mama.matching;

import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The files of a sentence model, and how it is meant to be used.
 *
 * <p>Immutable.
 *
 * @param name model and precision, for reports and as the key of cached vectors, such as {@code
 *     all-MiniLM-L6-v2 fp32}
 * @param graph the ONNX graph: inputs {@code input_ids}, {@code attention_mask} and where it wants
 *     them {@code token_type_ids} (int64 [texts, tokens]), output {@code last_hidden_state} or
 *     {@code token_embeddings} (float [texts, tokens, dimension])
 * @param tokenizer the tokenizer, in the form of Hugging Face's {@code tokenizer.json}; its own
 *     limit and padding are ignored
 * @param maxTokens where a text is cut, special tokens included; at least 3, at most what the model
 *     has positions for
 * @param pooling how tokens become one vector
 * @param lowerCase whether texts are put into lower case before the tokenizer sees them
 */
public record SentenceModel(
    String name, URL graph, URL tokenizer, int maxTokens, Pooling pooling, boolean lowerCase) {

  /**
   * @throws IllegalArgumentException if {@code maxTokens} is less than 3
   */
  public SentenceModel {
    if (maxTokens < 3) {
      throw new IllegalArgumentException(
          "maxTokens of model '%s' is %d; it must be at least 3, two of them the special tokens"
              .formatted(name, maxTokens));
    }
  }

  /** A model whose vector is the mean over its tokens, case left to the tokenizer. */
  public static SentenceModel of(String name, URL graph, URL tokenizer, int maxTokens) {
    return new SentenceModel(name, graph, tokenizer, maxTokens, Pooling.MEAN, false);
  }

  /**
   * The model in {@code directory}, which is laid out as sentence-transformers saves it: {@code
   * tokenizer.json}, and {@code onnx/model.onnx} or {@code model.onnx}. Pooling, limit and case
   * come from {@code modules.json}, the pooling module's {@code config.json}, {@code
   * sentence_bert_config.json}, {@code tokenizer_config.json} and {@code config.json}; of several
   * limits the least holds. The name is the directory's.
   *
   * @throws ModelException if a file is missing or not JSON, no limit is given, or the model does
   *     something after pooling that is not done here; it names the file and the value
   */
  public static SentenceModel in(Path directory) {
    Path name = directory.toAbsolutePath().normalize().getFileName();
    return new ModelDirectory(name == null ? directory.toString() : name.toString(), directory)
        .model();
  }

  /** {@code onnx/model.onnx} where that is, else {@code model.onnx}, be it there or not. */
  static URL graphIn(Path directory) {
    Path exported = directory.resolve("onnx").resolve("model.onnx");
    return url(Files.exists(exported) ? exported : directory.resolve("model.onnx"));
  }

  static URL url(Path file) {
    try {
      return file.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(
          "model file '%s' cannot be written as a URL".formatted(file), e);
    }
  }
}
