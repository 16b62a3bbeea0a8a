package dev.mama.matching;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The files of a sentence model, and how it is meant to be used.
 *
 * <p>Immutable.
 *
 * @param name model and precision, for reports and as the key of cached vectors, such as {@code
 *     all-MiniLM-L6-v2 fp32}
 * @param graph the ONNX graph: inputs {@code input_ids}, {@code attention_mask} and where it wants
 *     them {@code token_type_ids} (int64 [texts, tokens]), output {@code last_hidden_state} or
 *     {@code token_embeddings} (float [texts, tokens, dimension]); for {@link TorchSentenceEncoder}
 *     also a file {@code *.safetensors} or {@code *.pt}
 * @param tokenizer the tokenizer, in the form of Hugging Face's {@code tokenizer.json}; its own
 *     limit and padding are ignored
 * @param maxTokens where a text is cut, special tokens included; at least 3, at most what the model
 *     has positions for
 * @param pooling how tokens become one vector
 * @param lowerCase whether texts are put into lower case before the tokenizer sees them
 */
public record SentenceModel(
    String name, URL graph, URL tokenizer, int maxTokens, Pooling pooling, boolean lowerCase) {

  /** Those that are looked for, in this order. */
  private static final List<String> GRAPHS =
      List.of("onnx/model.onnx", "model.onnx", "model.safetensors", "model.pt");

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
   * tokenizer.json}, and the first that is there of {@code onnx/model.onnx}, {@code model.onnx},
   * {@code model.safetensors} and {@code model.pt}. Pooling, limit and case come from {@code
   * modules.json}, the pooling module's {@code config.json}, {@code sentence_bert_config.json},
   * {@code tokenizer_config.json} and {@code config.json}; of several limits the least holds. The
   * name is the directory's.
   *
   * @throws ModelException if a file is missing or not JSON, no limit is given, or the model does
   *     something after pooling that is not done here; it names the file and the value
   */
  public static SentenceModel in(Path directory) {
    Path name = directory.toAbsolutePath().normalize().getFileName();
    return new ModelDirectory(name == null ? directory.toString() : name.toString(), directory)
        .model();
  }

  /**
   * The model at {@code location}: a directory, as {@link #in} reads it, or a {@code djl://} URL,
   * such as {@code djl://ai.djl.huggingface.pytorch/sentence-transformers/all-MiniLM-L6-v2}, which
   * DJL downloads into its cache, and which is read as a directory then. Downloads are not allowed,
   * unless the application has set the system property {@code ai.djl.offline} to false.
   *
   * @throws ModelException if downloads are not allowed or fail, DJL knows no such model, or as
   *     {@link #in}
   */
  public static SentenceModel at(String location) {
    return in(location.startsWith("djl:") ? Djl.download(location) : Path.of(location));
  }

  /** The first that is there, or the only {@code *.pt}; {@code model.onnx} where none is. */
  static URL graphIn(Path directory) {
    List<Path> graphs =
        GRAPHS.stream().map(directory::resolve).filter(Files::exists).collect(Collectors.toList());
    if (graphs.isEmpty()) {
      File[] scripts = directory.toFile().listFiles((in, name) -> name.endsWith(".pt"));
      graphs.add(
          scripts != null && scripts.length == 1
              ? scripts[0].toPath()
              : directory.resolve("model.onnx"));
    }
    return url(graphs.getFirst());
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
