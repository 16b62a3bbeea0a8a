package dev.mama.testkit;

import dev.mama.ChatMessage;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The JSON that {@link ScriptedChatServer} reads and writes. */
final class ScriptedChatJson {

  private static final JsonMapper JSON = new JsonMapper();

  private ScriptedChatJson() {}

  /**
   * Reads a request.
   *
   * @throws IllegalArgumentException if it is JSON, and not a request that can be answered
   */
  static Call call(HttpConnection.Request request) {
    JsonNode root = JSON.readTree(request.body());
    if (root.path("stream").asBoolean(false)) {
      throw new IllegalArgumentException("the scripted model does not stream");
    }
    var messages = new ArrayList<ChatMessage>();
    for (JsonNode message : root.path("messages")) {
      var role =
          ChatMessage.Role.valueOf(message.path("role").asString("").toUpperCase(Locale.ROOT));
      messages.add(new ChatMessage(role, message.path("content").asString("")));
    }
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("no messages");
    }
    JsonNode temperature = root.path("temperature");
    JsonNode maxTokens = root.path("max_tokens");
    return new Call(
        root.path("model").asString(""),
        List.copyOf(messages),
        temperature.isNumber() ? OptionalDouble.of(temperature.asDouble()) : OptionalDouble.empty(),
        maxTokens.isNumber() ? OptionalInt.of(maxTokens.asInt()) : OptionalInt.empty(),
        request.headers());
  }

  /** An answer in full; {@code id} tells it from others. */
  static String completion(Call call, String text, long id) {
    int asked = call.messages().stream().mapToInt(message -> words(message.content())).sum();
    var root =
        JSON.createObjectNode()
            .put("id", "chatcmpl-scripted-" + id)
            .put("object", "chat.completion")
            .put("created", System.currentTimeMillis() / 1_000)
            .put("model", ScriptedChatServer.MODEL)
            .put("system_fingerprint", ScriptedChatServer.MODEL);
    var choice = root.putArray("choices").addObject().put("index", 0).put("finish_reason", "stop");
    choice.putObject("message").put("role", "assistant").put("content", text);
    root.putObject("usage")
        .put("prompt_tokens", asked)
        .put("completion_tokens", words(text))
        .put("total_tokens", asked + words(text));
    return JSON.writeValueAsString(root);
  }

  private static int words(String text) {
    return text.isBlank() ? 0 : text.strip().split("\\s+").length;
  }

  /** An error in OpenAI's form. */
  static String error(String message) {
    var error = JSON.createObjectNode();
    error.putObject("error").put("message", message).put("type", ScriptedChatServer.MODEL);
    return JSON.writeValueAsString(error);
  }
}
