package dev.mama.testkit;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatFormat;
import dev.mama.ChatMessage;
import dev.mama.ChatReply;
import dev.mama.ChatReply.Finish;
import dev.mama.ChatReply.Source;
import dev.mama.ChatRequest;
import dev.mama.ChatTool;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.spi.ChatModel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The plainest model that keeps the contract, over the JDK's client: what mutants break. */
class JdkChatModel implements ChatModel {

  private static final JsonMapper JSON = new JsonMapper();

  private final URI server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private volatile boolean closed;

  JdkChatModel(URI server) {
    this.server = server;
  }

  @Override
  public String name() {
    return "any";
  }

  @Override
  public ChatReply chat(ChatRequest request) throws InterruptedException {
    if (closed) {
      throw new ChatException("closed", Reason.CLOSED);
    }
    Duration left = request.deadline().remaining(Time.system());
    if (left.isZero()) {
      throw new ChatException("late", Reason.DEADLINE);
    }
    long start = System.nanoTime();
    HttpResponse<byte[]> response;
    try {
      response = client.send(post(request, left), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new ChatException(server + " does not answer: " + e, Reason.UNREACHABLE, 1, null, e);
    }
    int status = response.statusCode();
    if (status != 200) {
      throw new ChatException("HTTP " + status, reason(status), 1, hint(response), null);
    }
    return reply(response.body(), Duration.ofNanos(System.nanoTime() - start));
  }

  @Override
  public void close() {
    refuseNewCalls();
    client.shutdownNow();
  }

  void refuseNewCalls() {
    closed = true;
  }

  Trace step(Trace trace) {
    return trace.child();
  }

  @Nullable Duration hint(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("retry-after")
        .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
        .orElse(null);
  }

  Optional<String> key(ChatRequest request) {
    return request.idempotencyKey();
  }

  private static Reason reason(int status) {
    return switch (status) {
      case 429, 503 -> Reason.OVERLOADED;
      case 408, 409 -> Reason.FAILED;
      default -> status >= 500 ? Reason.FAILED : Reason.REFUSED;
    };
  }

  private HttpRequest post(ChatRequest request, Duration left) {
    var root = JSON.createObjectNode().put("model", name());
    request.messages().forEach(message -> write(message, root.withArray("messages").addObject()));
    request.temperature().ifPresent(value -> root.put("temperature", value));
    request.maxTokens().ifPresent(value -> root.put("max_tokens", value));
    for (var tool : request.tools()) {
      root.withArray("tools")
          .addObject()
          .put("type", "function")
          .putObject("function")
          .put("name", tool.name())
          .put("description", tool.description())
          .set("parameters", JSON.readTree(tool.schema()));
    }
    switch (request.toolChoice()) {
      case ChatTool.Choice.Auto auto -> {}
      case ChatTool.Choice.None none -> root.put("tool_choice", "none");
      case ChatTool.Choice.Required required -> root.put("tool_choice", "required");
      case ChatTool.Choice.Named(String name) ->
          root.putObject("tool_choice").putObject("function").put("name", name);
    }
    switch (request.format()) {
      case ChatFormat.Text text -> {}
      case ChatFormat.JsonObject any ->
          root.putObject("response_format").put("type", "json_object");
      case ChatFormat.JsonSchema(String name, String schema, boolean strict) ->
          root.putObject("response_format")
              .put("type", "json_schema")
              .putObject("json_schema")
              .put("name", name)
              .put("strict", strict)
              .set("schema", JSON.readTree(schema));
    }
    var post =
        HttpRequest.newBuilder(server.resolve("/v1/chat/completions"))
            .timeout(left.compareTo(Duration.ofMinutes(1)) < 0 ? left : Duration.ofMinutes(1))
            .header("traceparent", step(request.trace()).traceparent())
            .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(root)));
    key(request).ifPresent(value -> post.header("idempotency-key", value));
    return post.build();
  }

  private static void write(ChatMessage message, ObjectNode node) {
    node.put("role", message.role().name().toLowerCase(Locale.ROOT));
    node.put("content", message.content());
    message.toolCallId().ifPresent(id -> node.put("tool_call_id", id));
    for (var call : message.toolCalls()) {
      node.withArray("tool_calls")
          .addObject()
          .put("id", call.id())
          .put("type", "function")
          .putObject("function")
          .put("name", call.name())
          .put("arguments", call.arguments());
    }
  }

  ChatReply reply(byte[] body, Duration onWire) {
    JsonNode root;
    try {
      root = JSON.readTree(body);
    } catch (JacksonException e) {
      throw new ChatException("no JSON", Reason.MALFORMED, 1, null, e);
    }
    JsonNode message = root.path("choices").path(0).path("message");
    if (!message.isObject()) {
      throw new ChatException("no choices", Reason.MALFORMED, 1, null, null);
    }
    var calls = new ArrayList<ChatTool.Call>();
    for (JsonNode call : message.path("tool_calls")) {
      JsonNode function = call.path("function");
      calls.add(
          new ChatTool.Call(
              call.path("id").asString(),
              function.path("name").asString(),
              function.path("arguments").asString()));
    }
    JsonNode usage = root.path("usage");
    return new ChatReply(
        message.path("content").asString(""),
        calls,
        calls.isEmpty() ? Finish.STOP : Finish.TOOLS,
        root.path("model").asString(""),
        usage.path("prompt_tokens").asInt(0),
        usage.path("completion_tokens").asInt(0),
        Duration.ZERO,
        onWire,
        onWire,
        Source.MODEL,
        1,
        List.of());
  }
}
