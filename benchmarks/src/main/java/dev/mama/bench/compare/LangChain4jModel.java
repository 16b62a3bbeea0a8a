package dev.mama.bench.compare;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import java.util.List;

/**
 * LangChain4j's all-MiniLM-L6-v2 in this process, at fp32 or int8.
 *
 * <p>Thread-safe.
 */
public final class LangChain4jModel {

  private final EmbeddingModel model;

  /** At fp32. */
  public LangChain4jModel() {
    this(new AllMiniLmL6V2EmbeddingModel());
  }

  private LangChain4jModel(EmbeddingModel model) {
    this.model = model;
  }

  /** At int8. */
  public static LangChain4jModel int8() {
    return new LangChain4jModel(new AllMiniLmL6V2QuantizedEmbeddingModel());
  }

  /** The vector of {@code text}. */
  public float[] encode(String text) {
    return model.embed(text).content().vector();
  }

  /** Encodes {@code texts} in one call, and tells how many vectors came. */
  public int encodeAll(List<String> texts) {
    return model.embedAll(texts.stream().map(TextSegment::from).toList()).content().size();
  }
}
