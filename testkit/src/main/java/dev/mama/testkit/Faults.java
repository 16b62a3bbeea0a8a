package dev.mama.testkit;

import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import dev.mama.testkit.Transmission.End;
import java.time.Duration;

/**
 * The ways in which a server or the network before it fails, for the scripts of a {@link
 * ScriptedChatServer}. A server that refuses connections is one that was closed; {@link
 * ScriptedChatServer#start(int, java.util.function.Function)} on its port brings it back.
 */
public final class Faults {

  private Faults() {}

  /** The right answer, cut in the middle of its body; then the connection is closed. */
  public static Answer truncated(Call call, String text) {
    String whole = answer(call, text);
    return new Answer.Wire(
        Transmission.of(whole.substring(0, whole.length() - text.length() / 2 - 40), End.CLOSE));
  }

  /** The right answer in small parts, {@code pause} between two of them. */
  public static Answer slow(Call call, String text, Duration pause) {
    return new Answer.Wire(Transmission.slowly(answer(call, text), 64, pause, End.KEEP));
  }

  /** The first half of the right answer, then silence on an open connection. */
  public static Answer stalled(Call call, String text) {
    String whole = answer(call, text);
    return new Answer.Wire(Transmission.of(whole.substring(0, whole.length() / 2), End.HANG));
  }

  /** No answer, and none to come: the server has closed its side only. */
  public static Answer halfClosed() {
    return new Answer.Wire(Transmission.of("", End.HALF_CLOSE));
  }

  /** A connection that is reset where an answer was due. */
  public static Answer reset() {
    return new Answer.Wire(Transmission.of("", End.RESET));
  }

  /** Bytes that are no HTTP. */
  public static Answer noHttp() {
    return new Answer.Wire(Transmission.of("\u0000\u0001SSH-2.0-garbage\r\n\r\n", End.CLOSE));
  }

  /** Status 200 and JSON that is no chat completion. */
  public static Answer wrongJson() {
    return Answer.garbage("{\"choices\":\"none\",\"usage\":[]}");
  }

  /** Status 200 and JSON that ends too early, although the length is right. */
  public static Answer brokenJson() {
    return Answer.garbage("{\"choices\":[{\"message\":{\"content\":\"half an ans");
  }

  private static String answer(Call call, String text) {
    return Transmission.http(200, "application/json", ScriptedChatJson.completion(call, text, 0));
  }
}
