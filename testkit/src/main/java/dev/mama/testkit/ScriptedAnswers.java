package dev.mama.testkit;

import dev.mama.ChatTool;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** How the answers of a {@link ScriptedChatServer} go over the wire. */
final class ScriptedAnswers {

  private ScriptedAnswers() {}

  /**
   * Sends {@code answer} to {@code call}.
   *
   * @param number of the answer, for its id
   * @param closing ends what would last for ever
   */
  static void write(
      HttpConnection connection, Call call, Answer answer, long number, CountDownLatch closing)
      throws IOException, InterruptedException {
    switch (answer) {
      case Answer.Text(String text, Duration latency) ->
          complete(connection, call, ScriptedChatJson.completion(call, text, number));
      case Answer.Tools(List<ChatTool.Call> calls) ->
          complete(connection, call, ScriptedChatJson.calling(call, calls, number));
      case Answer.Raw(int status, String body, Map<String, String> headers) ->
          connection.write(status, headers, body);
      case Answer.Wire(Transmission bytes) -> connection.write(bytes, closing);
      case Answer.Hang() -> closing.await();
      case Answer.Drop() -> connection.close();
    }
  }

  /** An error in OpenAI's form. */
  static void refuse(HttpConnection connection, int status, String message) throws IOException {
    json(connection, status, ScriptedChatJson.error(message));
  }

  static void json(HttpConnection connection, int status, String json) throws IOException {
    connection.write(status, Map.of("content-type", "application/json"), json);
  }

  private static void complete(HttpConnection connection, Call call, String json)
      throws IOException {
    if (call.streamed()) {
      String events = String.join("", ScriptedStream.events(json));
      connection.write(200, Map.of("content-type", "text/event-stream"), events);
    } else {
      json(connection, 200, json);
    }
  }
}
