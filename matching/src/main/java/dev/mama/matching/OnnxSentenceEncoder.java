package dev.mama.matching;

import java.net.URL;
import java.nio.file.Path;

/**
 * A sentence model of the BERT family in an ONNX graph, run by ONNX Runtime through DJL, on the
 * CPU.
 *
 * <p>A text's vector is pooled from its tokens' last hidden states and scaled to unit length, as in
 * Sentence-BERT (Reimers and Gurevych, 2019). It is the same alone and in a batch, up to the
 * rounding of fp32. A graph that is quantised as it runs (int8) scales whole batches by their
 * greatest value, so it gets one text at a time and keeps the promise too.
 *
 * <p>Arithmetic runs on platform threads of the encoder's own, one per core, in batches of at most
 * 16 texts put together from all callers; callers wait, and an interrupted caller leaves at once,
 * its remaining work undone. Concurrent calls take turns batch by batch, so a short one does not
 * wait for the end of a long one. A text that is alone is read on several cores, by the graph
 * loaded a second time (not an int8 graph). A text beyond the model's limit is cut there, which is
 * counted ({@link EncoderFigures#truncated}) and logged as a warning.
 *
 * <p>Nothing is downloaded: the first use sets the system properties {@code ai.djl.offline} and
 * {@code ai.djl.onnx.disable_alternative} to true where they are not set. ONNX Runtime's
 * environment belongs to whoever starts it first in a JVM, and DJL insists on being first.
 *
 * <p>Thread-safe.
 */
public final class OnnxSentenceEncoder extends PooledSentenceEncoder {

  private OnnxSentenceEncoder(SentenceModel model, EncoderPool pool) {
    super(model, pool);
  }

  /**
   * Loads {@code model}, about a second's work, on the calling thread. A graph that is not a file
   * is copied to a temporary one while it loads.
   *
   * @throws ModelException if a file is missing or broken, the two do not fit, or a native library
   *     is missing; nothing stays loaded
   */
  public static OnnxSentenceEncoder open(SentenceModel model) {
    return new OnnxSentenceEncoder(model, EncoderPool.open(model, OnnxNetwork::load));
  }

  /**
   * Loads the model whose vector is the mean over its tokens, as {@link #open(SentenceModel)} does.
   *
   * @see SentenceModel#of
   */
  public static OnnxSentenceEncoder open(String name, URL graph, URL tokenizer, int maxTokens) {
    return open(SentenceModel.of(name, graph, tokenizer, maxTokens));
  }

  /**
   * Loads the model in {@code directory}, as sentence-transformers saves it.
   *
   * @see SentenceModel#in
   */
  public static OnnxSentenceEncoder open(Path directory) {
    return open(SentenceModel.in(directory));
  }
}
