package dev.mama.llm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatReply;
import dev.mama.ChatReply.Finish;
import dev.mama.ChatReply.Source;
import dev.mama.ChatRequest;
import dev.mama.ChatTool;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The lines of a recording: eight hexadecimal digits of CRC-32C (RFC 3720), a space, and one JSON
 * object with the request, its key, and the reply or the failure.
 *
 * <p>The key is the SHA-256 of the request as it goes over the wire, without the model's name: all
 * that changes the answer, and nothing that does not (trace, deadline, priority, caller).
 */
final class Recording {

  private static final JsonMapper JSON = new JsonMapper();

  private Recording() {}

  /** What was recorded of one call: a reply, or else a failure. */
  record Entry(String key, @Nullable ChatReply reply, @Nullable ChatException failure) {}

  static String key(ChatRequest request) {
    try {
      byte[] wire = ChatJson.request("", request);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(wire));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static String line(ChatRequest request, ChatReply reply, Set<String> secrets) {
    var root = entry(request);
    var node = root.putObject("reply").put("text", reply.text());
    var calls = node.putArray("toolCalls");
    for (var call : reply.toolCalls()) {
      calls
          .addObject()
          .put("id", call.id())
          .put("name", call.name())
          .put("arguments", call.arguments());
    }
    node.put("finish", reply.finish().name())
        .put("model", reply.model())
        .put("promptTokens", reply.promptTokens())
        .put("completionTokens", reply.completionTokens())
        .put("queuedNanos", reply.queued().toNanos())
        .put("onWireNanos", reply.onWire().toNanos())
        .put("firstTokenNanos", reply.firstToken().toNanos())
        .put("source", reply.source().name())
        .put("attempts", reply.attempts());
    var passedOver = node.putArray("passedOver");
    reply.passedOver().forEach(passedOver::add);
    return sealed(root, secrets);
  }

  static String line(ChatRequest request, ChatException failure, Set<String> secrets) {
    var root = entry(request);
    var node =
        root.putObject("failure")
            .put("reason", failure.reason().name())
            .put("message", failure.getMessage())
            .put("attempts", failure.attempts());
    failure.retryAfter().ifPresent(after -> node.put("retryAfterNanos", after.toNanos()));
    return sealed(root, secrets);
  }

  /**
   * Reads one line.
   *
   * @throws IllegalArgumentException if it is not one, or was changed
   */
  static Entry entry(String line) {
    if (line.length() < 9 || !line.substring(0, 8).equals(checksum(line.substring(9)))) {
      throw new IllegalArgumentException("its checksum does not fit");
    }
    JsonNode root;
    try {
      root = JSON.readTree(line.substring(9));
    } catch (JacksonException e) {
      throw new IllegalArgumentException("it is not JSON", e);
    }
    String key = root.path("key").asString("");
    return root.has("failure")
        ? new Entry(key, null, failure(root.path("failure")))
        : new Entry(key, reply(root.path("reply")), null);
  }

  private static ObjectNode entry(ChatRequest request) {
    var root = JSON.createObjectNode().put("key", key(request));
    root.set("request", JSON.readTree(ChatJson.request("", request)));
    return root;
  }

  private static String sealed(ObjectNode root, Set<String> secrets) {
    String json = JSON.writeValueAsString(root);
    for (String secret : secrets) {
      String quoted = JSON.writeValueAsString(secret);
      json = json.replace(quoted.substring(1, quoted.length() - 1), "***");
    }
    return checksum(json) + " " + json;
  }

  private static String checksum(String json) {
    var crc = new CRC32C();
    crc.update(json.getBytes(UTF_8));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  private static ChatReply reply(JsonNode node) {
    var calls = new ArrayList<ChatTool.Call>();
    for (JsonNode call : node.path("toolCalls")) {
      calls.add(
          new ChatTool.Call(
              call.path("id").asString(""),
              call.path("name").asString(""),
              call.path("arguments").asString("")));
    }
    List<String> passedOver = new ArrayList<>();
    node.path("passedOver").forEach(line -> passedOver.add(line.asString("")));
    return new ChatReply(
        node.path("text").asString(""),
        calls,
        Finish.valueOf(node.path("finish").asString("STOP")),
        node.path("model").asString(""),
        node.path("promptTokens").asInt(0),
        node.path("completionTokens").asInt(0),
        Duration.ofNanos(node.path("queuedNanos").asLong(0)),
        Duration.ofNanos(node.path("onWireNanos").asLong(0)),
        Duration.ofNanos(node.path("firstTokenNanos").asLong(0)),
        Source.valueOf(node.path("source").asString("MODEL")),
        node.path("attempts").asInt(1),
        passedOver);
  }

  private static ChatException failure(JsonNode node) {
    JsonNode after = node.path("retryAfterNanos");
    return new ChatException(
        node.path("message").asString(""),
        Reason.valueOf(node.path("reason").asString("FAILED")),
        node.path("attempts").asInt(0),
        after.isNumber() ? Duration.ofNanos(after.asLong()) : null,
        null);
  }
}
