package dev.mama.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A whole answer cut into the server-sent events that OpenAI's servers stream. */
final class ScriptedStream {

  static final String DONE = "data: [DONE]\n\n";

  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern WORD = Pattern.compile("\\s*\\S+|\\s+");
  private static final int CUT = 7;

  private ScriptedStream() {}

  /**
   * The events of {@code completion}, each with the empty line after it: the role, a word each, or
   * tool calls a few characters each, the finish reason, the counts, and the end.
   */
  static List<String> events(String completion) {
    JsonNode whole = JSON.readTree(completion);
    JsonNode choice = whole.path("choices").path(0);
    JsonNode message = choice.path("message");
    var events = new ArrayList<String>();
    var begin = JSON.createObjectNode().put("role", "assistant").put("content", "");
    events.add(event(whole, begin, null));
    var words = WORD.matcher(message.path("content").asString(""));
    while (words.find()) {
      events.add(event(whole, JSON.createObjectNode().put("content", words.group()), null));
    }
    int index = 0;
    for (JsonNode call : message.path("tool_calls")) {
      events.add(event(whole, part(index, call, ""), null));
      String arguments = call.path("function").path("arguments").asString();
      for (int from = 0; from < arguments.length(); from += CUT) {
        String part = arguments.substring(from, Math.min(arguments.length(), from + CUT));
        events.add(event(whole, part(index, null, part), null));
      }
      index++;
    }
    events.add(
        event(whole, JSON.createObjectNode(), choice.path("finish_reason").asString("stop")));
    ObjectNode counts = head(whole);
    counts.putArray("choices");
    counts.set("usage", whole.path("usage"));
    events.add("data: " + JSON.writeValueAsString(counts) + "\n\n");
    events.add(DONE);
    return events;
  }

  private static ObjectNode part(int index, @Nullable JsonNode call, String arguments) {
    var delta = JSON.createObjectNode();
    var part = delta.putArray("tool_calls").addObject().put("index", index);
    var function = JSON.createObjectNode();
    if (call != null) {
      part.put("id", call.path("id").asString()).put("type", "function");
      function.put("name", call.path("function").path("name").asString());
    }
    part.set("function", function.put("arguments", arguments));
    return delta;
  }

  private static String event(JsonNode whole, ObjectNode delta, @Nullable String finish) {
    var chunk = head(whole);
    var choice = chunk.putArray("choices").addObject().put("index", 0);
    choice.set("delta", delta);
    choice.put("finish_reason", finish);
    return "data: " + JSON.writeValueAsString(chunk) + "\n\n";
  }

  private static ObjectNode head(JsonNode whole) {
    return JSON.createObjectNode()
        .put("id", whole.path("id").asString(""))
        .put("object", "chat.completion.chunk")
        .put("created", whole.path("created").asLong())
        .put("model", whole.path("model").asString(""));
  }
}
