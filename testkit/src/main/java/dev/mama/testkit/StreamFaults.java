package dev.mama.testkit;

import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import dev.mama.testkit.Transmission.End;
import dev.mama.testkit.Transmission.Part;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The ways in which a stream fails once it has begun, for the scripts of a {@link
 * ScriptedChatServer}. Each sends the right events up to {@code words} words of the text, in chunks
 * of HTTP, and then fails; a call that asked for no stream gets these events all the same.
 */
public final class StreamFaults {

  private static final String HEAD =
      "HTTP/1.1 200 Scripted\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
  private static final String LAST = "0\r\n\r\n";

  private StreamFaults() {}

  /** The connection is closed. */
  public static Answer cut(Call call, String text, int words) {
    return answer(beginning(call, text, words), "", End.CLOSE);
  }

  /** The body ends in order, without a finish reason and without {@code [DONE]}. */
  public static Answer ended(Call call, String text, int words) {
    return answer(beginning(call, text, words), LAST, End.KEEP);
  }

  /** An event comes that is no JSON. */
  public static Answer garbage(Call call, String text, int words) {
    var events = beginning(call, text, words);
    events.add("data: {\"choices\":[{\"del\n\n");
    return answer(events, LAST, End.KEEP);
  }

  /** The server says that it failed, with {@code status}. */
  public static Answer error(Call call, String text, int words, int status) {
    var events = beginning(call, text, words);
    events.add(
        "event: error\ndata: {\"error\":{\"message\":\"scripted failure\",\"code\":%d}}\n\n"
            .formatted(status));
    return answer(events, LAST, End.KEEP);
  }

  /** Nothing comes any more, on an open connection. */
  public static Answer stalled(Call call, String text, int words) {
    return answer(beginning(call, text, words), "", End.HANG);
  }

  /** Nothing but comments comes any more, one each {@code pause}, 1,000 of them. */
  public static Answer onlyComments(Call call, String text, int words, Duration pause) {
    var parts = new ArrayList<Part>();
    parts.add(new Part(Duration.ZERO, HEAD));
    beginning(call, text, words).forEach(event -> parts.add(part(event)));
    for (int i = 0; i < 1_000; i++) {
      parts.add(new Part(pause, chunk(": still there\n\n")));
    }
    return new Answer.Wire(new Transmission(parts, End.CLOSE));
  }

  /** No fault but time: the whole answer, {@code pause} before each event. */
  public static Answer slow(Call call, String text, Duration pause) {
    var parts = new ArrayList<Part>();
    parts.add(new Part(Duration.ZERO, HEAD));
    for (String event : ScriptedStream.events(ScriptedChatJson.completion(call, text, 0))) {
      parts.add(new Part(pause, chunk(event)));
    }
    parts.add(new Part(Duration.ZERO, LAST));
    return new Answer.Wire(new Transmission(parts, End.KEEP));
  }

  private static List<String> beginning(Call call, String text, int words) {
    var events = ScriptedStream.events(ScriptedChatJson.completion(call, text, 0));
    return new ArrayList<>(events.subList(0, 1 + words));
  }

  private static Answer answer(List<String> events, String last, End end) {
    var parts = new ArrayList<Part>();
    parts.add(new Part(Duration.ZERO, HEAD));
    events.forEach(event -> parts.add(part(event)));
    parts.add(new Part(Duration.ZERO, last));
    return new Answer.Wire(new Transmission(parts, end));
  }

  private static Part part(String event) {
    return new Part(Duration.ZERO, chunk(event));
  }

  private static String chunk(String text) {
    return "%x\r\n%s\r\n".formatted(text.getBytes(StandardCharsets.UTF_8).length, text);
  }
}
