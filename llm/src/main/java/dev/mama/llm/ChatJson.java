package dev.mama.llm;

import dev.mama.ChatRequest;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON of <a href="https://platform.openai.com/docs/api-reference/chat">OpenAI's chat
 * completions</a>, as far as it is used here.
 */
final class ChatJson {

  private static final JsonMapper JSON = new JsonMapper();

  private ChatJson() {}

  /** What an answer says. */
  record Completion(String text, String model, int promptTokens, int completionTokens) {}

  static byte[] request(String model, ChatRequest request) {
    var root = JSON.createObjectNode().put("model", model);
    var messages = root.putArray("messages");
    for (var message : request.messages()) {
      messages
          .addObject()
          .put("role", message.role().name().toLowerCase(Locale.ROOT))
          .put("content", message.content());
    }
    request.temperature().ifPresent(value -> root.put("temperature", value));
    request.maxTokens().ifPresent(value -> root.put("max_tokens", value));
    return JSON.writeValueAsBytes(root);
  }

  /**
   * Reads an answer; a null content, as models send that spent all tokens on thinking, is empty.
   *
   * @throws IllegalArgumentException if it is not a chat completion
   */
  static Completion completion(String body, String askedModel) {
    JsonNode root;
    try {
      root = JSON.readTree(body);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("it is not JSON", e);
    }
    JsonNode message = root.path("choices").path(0).path("message");
    if (!message.isObject()) {
      throw new IllegalArgumentException("it has no choices[0].message");
    }
    JsonNode usage = root.path("usage");
    return new Completion(
        message.path("content").asString(""),
        root.path("model").asString(askedModel),
        usage.path("prompt_tokens").asInt(0),
        usage.path("completion_tokens").asInt(0));
  }
}
