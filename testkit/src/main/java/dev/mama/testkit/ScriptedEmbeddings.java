package dev.mama.testkit;

import dev.mama.ChatMessage;
import dev.mama.ChatMessage.Role;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON of <a href="https://platform.openai.com/docs/api-reference/embeddings">OpenAI's
 * embeddings</a> with the vectors of a {@link HashingEncoder}, which says that it is a fake.
 */
final class ScriptedEmbeddings {

  private static final JsonMapper JSON = new JsonMapper();
  private static final HashingEncoder ENCODER = new HashingEncoder();

  private ScriptedEmbeddings() {}

  /**
   * Reads a request: each text becomes a message of the call.
   *
   * @throws IllegalArgumentException if it is JSON, and not a request that can be answered
   */
  static Call call(HttpConnection.Request request) {
    JsonNode root = JSON.readTree(request.body());
    JsonNode input = root.path("input");
    var texts = new ArrayList<ChatMessage>();
    for (JsonNode text : input.isArray() ? input : List.of(input)) {
      if (!text.isString() || text.asString().isBlank()) {
        throw new IllegalArgumentException("input %d is no text".formatted(texts.size()));
      }
      texts.add(new ChatMessage(Role.USER, text.asString()));
    }
    if (texts.isEmpty()) {
      throw new IllegalArgumentException("no input");
    }
    return new Call(
        root.path("model").asString(""),
        List.copyOf(texts),
        OptionalDouble.empty(),
        OptionalInt.empty(),
        request.headers());
  }

  static String answer(Call call) throws InterruptedException {
    var root =
        JSON.createObjectNode()
            .put("object", "list")
            .put("model", ScriptedChatServer.MODEL + ": " + ENCODER.name());
    var data = root.putArray("data");
    int words = 0;
    for (ChatMessage text : call.messages()) {
      var one = data.addObject().put("object", "embedding").put("index", data.size() - 1);
      var vector = one.putArray("embedding");
      for (float value : ENCODER.encode(text.content())) {
        vector.add(value);
      }
      words += ScriptedChatJson.words(text.content());
    }
    root.putObject("usage").put("prompt_tokens", words).put("total_tokens", words);
    return JSON.writeValueAsString(root);
  }
}
