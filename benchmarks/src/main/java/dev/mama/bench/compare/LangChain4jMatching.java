package dev.mama.bench.compare;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingSearchResult;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import java.util.List;

/**
 * The in-process way of LangChain4j: its all-MiniLM-L6-v2 model and its in-memory store.
 *
 * <p>Thread-safe once filled.
 */
public final class LangChain4jMatching {

  private final EmbeddingModel model = new AllMiniLmL6V2EmbeddingModel();
  private final InMemoryEmbeddingStore<String> store = new InMemoryEmbeddingStore<>();

  /** Adds the agent {@code id} with its vector. */
  public void add(String id, float[] vector) {
    store.add(id, Embedding.from(vector));
  }

  /** The vector of {@code text}. */
  public float[] encode(String text) {
    return model.embed(text).content().vector();
  }

  /** Encodes {@code texts} in one call, and tells how many vectors came. */
  public int encodeAll(List<String> texts) {
    return model.embedAll(texts.stream().map(TextSegment::from).toList()).content().size();
  }

  /** The id closest to {@code query}, found among its {@code k} best. */
  public String search(float[] query, int k) {
    EmbeddingSearchResult<String> found =
        store.search(
            EmbeddingSearchRequest.builder()
                .queryEmbedding(Embedding.from(query))
                .maxResults(k)
                .build());
    return found.matches().getFirst().embeddingId();
  }
}
