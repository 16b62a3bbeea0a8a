package dev.mama.bench.compare;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingSearchResult;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;

/**
 * LangChain4j's in-memory store.
 *
 * <p>Thread-safe once filled.
 */
public final class LangChain4jStore {

  private final InMemoryEmbeddingStore<String> store = new InMemoryEmbeddingStore<>();

  /** Adds the agent {@code id} with its vector. */
  public void add(String id, float[] vector) {
    store.add(id, Embedding.from(vector));
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
