package dev.mama.llm;

import dev.mama.ChatMessage;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.spi.ChatModel;
import java.net.URI;
import java.time.Duration;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A call of embeddings in the form of a chat, so that it takes the same lane: admission, pace,
 * breaker, retry. Messages are the texts, and the reply's text is the server's JSON.
 *
 * <p>Thread-safe.
 */
final class EmbeddingsCall implements ChatModel {

  private static final JsonMapper JSON = new JsonMapper();

  private final OpenAiChatModel http;
  private final URI uri;

  EmbeddingsCall(OpenAiChatModel http) {
    this.http = http;
    this.uri = http.at("/v1/embeddings");
  }

  @Override
  public String name() {
    return http.name();
  }

  @Override
  public ChatReply chat(ChatRequest request) throws InterruptedException {
    long asked = System.nanoTime();
    var root = JSON.createObjectNode().put("model", http.name());
    var input = root.putArray("input");
    for (ChatMessage text : request.messages()) {
      input.add(text.content());
    }
    root.put("encoding_format", "float");
    var answer = http.post(uri, JSON.writeValueAsBytes(root), request);
    int tokens;
    try {
      tokens = JSON.readTree(answer.body()).path("usage").path("prompt_tokens").asInt(0);
    } catch (JacksonException e) {
      throw http.malformed("it is not JSON", answer.body());
    }
    return new ChatReply(
        answer.body(),
        http.name(),
        tokens,
        0,
        Duration.ofNanos(answer.sentNanos() - asked),
        Duration.ofNanos(answer.doneNanos() - answer.sentNanos()));
  }

  /**
   * The vectors in an answer, by their index, scaled to unit length.
   *
   * @throws dev.mama.ChatException if there are not {@code count} of one length
   */
  float[][] vectors(ChatReply reply, int count) {
    var vectors = new float[count][];
    int found = 0;
    for (JsonNode one : JSON.readTree(reply.text()).path("data")) {
      int index = one.path("index").asInt(found);
      JsonNode values = one.path("embedding");
      if (index < 0 || index >= count || !values.isArray() || values.isEmpty()) {
        break;
      }
      var vector = new float[values.size()];
      double square = 0;
      for (int d = 0; d < vector.length; d++) {
        vector[d] = (float) values.get(d).asDouble(0);
        square += (double) vector[d] * vector[d];
      }
      for (int d = 0; d < vector.length; d++) {
        vector[d] /= (float) Math.sqrt(square);
      }
      found += vectors[index] == null ? 1 : 0;
      vectors[index] = vector;
    }
    if (found < count) {
      throw http.malformed("it has %d of %d embeddings".formatted(found, count), reply.text());
    }
    return vectors;
  }

  @Override
  public void close() {
    http.close();
  }
}
