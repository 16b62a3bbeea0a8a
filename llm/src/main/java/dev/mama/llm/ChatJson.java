package dev.mama.llm;

import dev.mama.ChatFormat;
import dev.mama.ChatMessage;
import dev.mama.ChatReply.Finish;
import dev.mama.ChatRequest;
import dev.mama.ChatTool;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/**
 * The JSON of <a href="https://platform.openai.com/docs/api-reference/chat">OpenAI's chat
 * completions</a>, as far as it is used here, and as vLLM, Ollama and llama.cpp's server speak it.
 */
final class ChatJson {

  private static final JsonMapper JSON = new JsonMapper();

  private ChatJson() {}

  /** What an answer says. */
  record Completion(
      String text,
      List<ChatTool.Call> toolCalls,
      Finish finish,
      String model,
      int promptTokens,
      int completionTokens) {}

  /** What one event of a stream says. */
  sealed interface Streamed {}

  /**
   * A piece of an answer.
   *
   * @param text may be empty
   * @param thoughts characters of thinking, which is no part of the answer
   * @param finish why the answer ends, or empty if it does not
   * @param model empty if unsaid
   * @param promptTokens 0 if uncounted
   * @param completionTokens 0 if uncounted
   */
  record Chunk(
      String text,
      int thoughts,
      List<CallPart> calls,
      String finish,
      String model,
      int promptTokens,
      int completionTokens)
      implements Streamed {

    /** Whether it brings the answer on. */
    boolean isProgress() {
      return !text.isEmpty() || thoughts > 0 || !calls.isEmpty();
    }
  }

  /** A part of a tool call; whichever of its texts is empty is not in this part. */
  record CallPart(int index, String id, String name, String arguments) {}

  /** The server failed within the stream; status 0 if it gave none. */
  record Failed(int status, String message) implements Streamed {}

  /** A request for a whole answer. */
  static byte[] request(String model, ChatRequest request) {
    return JSON.writeValueAsBytes(body(model, request));
  }

  /** A request for a streamed answer that ends with its counts. */
  static byte[] streamRequest(String model, ChatRequest request) {
    var root = body(model, request).put("stream", true);
    root.putObject("stream_options").put("include_usage", true);
    return JSON.writeValueAsBytes(root);
  }

  private static ObjectNode body(String model, ChatRequest request) {
    var root = JSON.createObjectNode().put("model", model);
    var messages = root.putArray("messages");
    request.messages().forEach(message -> write(message, messages.addObject()));
    request.temperature().ifPresent(value -> root.put("temperature", value));
    request.maxTokens().ifPresent(value -> root.put("max_tokens", value));
    if (!request.tools().isEmpty()) {
      var tools = root.putArray("tools");
      request.tools().forEach(tool -> write(tool, tools));
      write(request.toolChoice(), root);
    }
    write(request.format(), root);
    return root;
  }

  private static void write(ChatMessage message, ObjectNode node) {
    node.put("role", message.role().name().toLowerCase(Locale.ROOT));
    if (message.toolCalls().isEmpty()) {
      node.put("content", message.content());
    } else {
      // Beside calls some servers refuse an empty text, and others a missing one.
      node.put("content", message.content().isEmpty() ? null : message.content());
      var calls = node.putArray("tool_calls");
      for (var call : message.toolCalls()) {
        calls
            .addObject()
            .put("id", call.id())
            .put("type", "function")
            .putObject("function")
            .put("name", call.name())
            .put("arguments", call.arguments());
      }
    }
    message.toolCallId().ifPresent(id -> node.put("tool_call_id", id));
  }

  private static void write(ChatTool tool, ArrayNode tools) {
    tools
        .addObject()
        .put("type", "function")
        .putObject("function")
        .put("name", tool.name())
        .put("description", tool.description())
        .putRawValue("parameters", new RawValue(tool.schema()));
  }

  private static void write(ChatTool.Choice choice, ObjectNode root) {
    switch (choice) {
      case ChatTool.Choice.Auto auto -> {} // what servers do unasked
      case ChatTool.Choice.None none -> root.put("tool_choice", "none");
      case ChatTool.Choice.Required required -> root.put("tool_choice", "required");
      case ChatTool.Choice.Named(String name) ->
          root.putObject("tool_choice")
              .put("type", "function")
              .putObject("function")
              .put("name", name);
    }
  }

  private static void write(ChatFormat format, ObjectNode root) {
    switch (format) {
      case ChatFormat.Text text -> {} // what servers do unasked
      case ChatFormat.JsonObject any ->
          root.putObject("response_format").put("type", "json_object");
      case ChatFormat.JsonSchema(String name, String schema, boolean strict) ->
          root.putObject("response_format")
              .put("type", "json_schema")
              .putObject("json_schema")
              .put("name", name)
              .put("strict", strict)
              .putRawValue("schema", new RawValue(schema));
    }
  }

  /**
   * Reads an answer; a null content, as models send that spent all tokens on thinking, is empty.
   *
   * @throws IllegalArgumentException if it is not a chat completion
   */
  static Completion completion(String body, String askedModel) {
    JsonNode root = parse(body);
    JsonNode choice = root.path("choices").path(0);
    JsonNode message = choice.path("message");
    if (!message.isObject()) {
      throw new IllegalArgumentException("it has no choices[0].message");
    }
    var calls = new ArrayList<ChatTool.Call>();
    for (JsonNode call : message.path("tool_calls")) {
      calls.add(call(call, calls.size()));
    }
    JsonNode usage = root.path("usage");
    return new Completion(
        text(message.path("content")),
        calls,
        finish(choice.path("finish_reason").asString(""), !calls.isEmpty()),
        root.path("model").asString(askedModel),
        usage.path("prompt_tokens").asInt(0),
        usage.path("completion_tokens").asInt(0));
  }

  /**
   * Reads an event of a stream.
   *
   * @throws IllegalArgumentException if it is not a part of a chat completion
   */
  static Streamed streamed(String data) {
    JsonNode root = parse(data);
    JsonNode error = root.path("error");
    if (error.isObject() || error.isString()) {
      int status = error.path("code").asInt(error.path("status").asInt(0));
      return new Failed(status, error.path("message").asString(error.toString()));
    }
    JsonNode choices = root.path("choices");
    JsonNode usage = root.path("usage");
    if (!choices.isArray() && !usage.isObject()) {
      throw new IllegalArgumentException("it has no choices");
    }
    JsonNode choice = choices.path(0);
    JsonNode delta = choice.path("delta");
    var calls = new ArrayList<CallPart>();
    for (JsonNode call : delta.path("tool_calls")) {
      JsonNode function = call.path("function");
      calls.add(
          new CallPart(
              call.path("index").asInt(calls.size()),
              call.path("id").asString(""),
              function.path("name").asString(""),
              arguments(function.path("arguments"))));
    }
    return new Chunk(
        text(delta.path("content")),
        delta.path("reasoning_content").asString("").length()
            + delta.path("reasoning").asString("").length(),
        calls,
        choice.path("finish_reason").asString(""),
        root.path("model").asString(""),
        usage.path("prompt_tokens").asInt(0),
        usage.path("completion_tokens").asInt(0));
  }

  private static JsonNode parse(String body) {
    try {
      return JSON.readTree(body);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("it is not JSON", e);
    }
  }

  /** A text, or the texts of its parts. */
  private static String text(JsonNode content) {
    if (!content.isArray()) {
      return content.asString("");
    }
    var text = new StringBuilder();
    content.forEach(part -> text.append(part.path("text").asString("")));
    return text.toString();
  }

  private static ChatTool.Call call(JsonNode call, int index) {
    JsonNode function = call.path("function");
    if (!function.path("name").isString()) {
      throw new IllegalArgumentException("tool_calls[%d] has no function.name".formatted(index));
    }
    String id = call.path("id").asString("");
    return new ChatTool.Call(
        id.isEmpty() ? "call_" + index : id,
        function.path("name").asString(),
        arguments(function.path("arguments")));
  }

  /** A JSON text; servers that send the object itself are understood. */
  private static String arguments(JsonNode arguments) {
    return arguments.isObject() ? arguments.toString() : arguments.asString("");
  }

  static Finish finish(String reason, boolean calls) {
    return switch (reason) {
      case "length" -> Finish.LENGTH;
      case "content_filter" -> Finish.FILTERED;
      case "tool_calls", "function_call" -> Finish.TOOLS;
      // Some servers say "stop" whatever the model wants.
      default -> calls ? Finish.TOOLS : Finish.STOP;
    };
  }
}
