package dev.mama.testkit;

import dev.mama.ChatFormat;
import dev.mama.ChatMessage;
import dev.mama.ChatTool;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

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
    var messages = new ArrayList<ChatMessage>();
    for (JsonNode message : root.path("messages")) {
      messages.add(message(message));
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
        tools(root.path("tools")),
        choice(root.path("tool_choice")),
        format(root.path("response_format")),
        root.path("stream").asBoolean(false),
        request.headers());
  }

  private static ChatMessage message(JsonNode message) {
    var role = ChatMessage.Role.valueOf(message.path("role").asString("").toUpperCase(Locale.ROOT));
    var calls = new ArrayList<ChatTool.Call>();
    for (JsonNode call : message.path("tool_calls")) {
      JsonNode function = call.path("function");
      calls.add(
          new ChatTool.Call(
              call.path("id").asString(),
              function.path("name").asString(),
              function.path("arguments").asString()));
    }
    return new ChatMessage(
        role,
        message.path("content").asString(""),
        calls,
        message.path("tool_call_id").asStringOpt());
  }

  private static List<ChatTool> tools(JsonNode all) {
    var tools = new ArrayList<ChatTool>();
    for (JsonNode tool : all) {
      JsonNode function = tool.path("function");
      if (!tool.path("type").asString("").equals("function")) {
        throw new IllegalArgumentException("a tool that is no function");
      }
      tools.add(
          new ChatTool(
              function.path("name").asString(""),
              function.path("description").asString(""),
              function.path("parameters").toString()));
    }
    return List.copyOf(tools);
  }

  private static ChatTool.Choice choice(JsonNode choice) {
    return switch (choice.asString("")) {
      case "" ->
          choice.isObject()
              ? new ChatTool.Choice.Named(choice.path("function").path("name").asString())
              : ChatTool.Choice.AUTO;
      case "auto" -> ChatTool.Choice.AUTO;
      case "none" -> ChatTool.Choice.NONE;
      case "required" -> ChatTool.Choice.REQUIRED;
      default -> throw new IllegalArgumentException("tool_choice " + choice);
    };
  }

  private static ChatFormat format(JsonNode format) {
    JsonNode schema = format.path("json_schema");
    return switch (format.path("type").asString("text")) {
      case "text" -> ChatFormat.TEXT;
      case "json_object" -> ChatFormat.JSON;
      case "json_schema" ->
          new ChatFormat.JsonSchema(
              schema.path("name").asString(),
              schema.path("schema").toString(),
              schema.path("strict").asBoolean(false));
      default -> throw new IllegalArgumentException("response_format " + format);
    };
  }

  /** An answer in full; {@code id} tells it from others. */
  static String completion(Call call, String text, long id) {
    var message = JSON.createObjectNode().put("role", "assistant").put("content", text);
    return completion(call, message, "stop", words(text), id);
  }

  /** An answer that calls tools. */
  static String calling(Call call, List<ChatTool.Call> calls, long id) {
    var message = JSON.createObjectNode().put("role", "assistant").putNull("content");
    var all = message.putArray("tool_calls");
    int words = 0;
    for (var one : calls) {
      all.addObject()
          .put("id", one.id())
          .put("type", "function")
          .putObject("function")
          .put("name", one.name())
          .put("arguments", one.arguments());
      words += words(one.arguments());
    }
    return completion(call, message, "tool_calls", words, id);
  }

  private static String completion(
      Call call, ObjectNode message, String finish, int answered, long id) {
    int asked = call.messages().stream().mapToInt(one -> words(one.content())).sum();
    var root =
        JSON.createObjectNode()
            .put("id", "chatcmpl-scripted-" + id)
            .put("object", "chat.completion")
            .put("created", System.currentTimeMillis() / 1_000)
            .put("model", ScriptedChatServer.MODEL)
            .put("system_fingerprint", ScriptedChatServer.MODEL);
    var choice = root.putArray("choices").addObject().put("index", 0).put("finish_reason", finish);
    choice.set("message", message);
    root.putObject("usage")
        .put("prompt_tokens", asked)
        .put("completion_tokens", answered)
        .put("total_tokens", asked + answered);
    return JSON.writeValueAsString(root);
  }

  static int words(String text) {
    return text.isBlank() ? 0 : text.strip().split("\\s+").length;
  }

  /** An error in OpenAI's form. */
  static String error(String message) {
    var error = JSON.createObjectNode();
    error.putObject("error").put("message", message).put("type", ScriptedChatServer.MODEL);
    return JSON.writeValueAsString(error);
  }
}
