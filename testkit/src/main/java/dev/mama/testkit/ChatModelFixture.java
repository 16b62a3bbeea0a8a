package dev.mama.testkit;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mama.ChatException;
import dev.mama.ChatRequest;
import dev.mama.ChatTool;
import dev.mama.Deadline;
import dev.mama.Time;
import dev.mama.spi.ChatModel;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The server, its script and the model under test, for the contracts of chat models. */
abstract class ChatModelFixture {

  static final int CALLERS = 200;

  /** More than a client will have connections, so that one leaked per failed call is noticed. */
  static final int GIVEN_UP = 40;

  static final long BOUND_SECONDS = 5;

  final List<Thread> threads = new ArrayList<>();
  ScriptedChatServer server;
  ChatModel model;

  /**
   * A model that asks the server at {@code server} for any model's name, lets at least 200 calls
   * wait, gives no call less than 5 s of its own accord and goes on asking after 40 failures; the
   * contract closes it.
   */
  protected abstract ChatModel newModel(URI server);

  @BeforeEach
  void open() {
    server = ScriptedChatServer.start(ChatModelFixture::script);
    model = newModel(server.uri());
  }

  @AfterEach
  void closeAll() throws InterruptedException {
    model.close();
    server.close();
    for (Thread thread : threads) {
      thread.interrupt();
      thread.join(Duration.ofSeconds(BOUND_SECONDS));
    }
  }

  void assertUsable() throws Exception {
    var call = inThread(() -> model.chat(ChatRequest.of("echo again")));
    assertThat(call.get(BOUND_SECONDS, SECONDS).text()).isEqualTo("echo again");
  }

  ChatException failure(ChatRequest request) {
    return catchThrowableOfType(ChatException.class, () -> model.chat(request));
  }

  static ChatRequest within(ChatRequest request, Duration time) {
    return request.within(request.trace(), Deadline.after(time, Time.system()));
  }

  <T> FutureTask<T> inThread(Callable<T> work) {
    var task = new FutureTask<>(work);
    threads.add(Thread.ofVirtual().start(task));
    return task;
  }

  static Answer script(Call call) {
    String[] words = call.text().split(" ", 2);
    return switch (words[0]) {
      case "hang" -> new Answer.Hang();
      case "empty" -> Answer.text("");
      case "status" -> Answer.failure(Integer.parseInt(words[1]));
      case "later" -> Answer.failure(429, Map.of("retry-after", words[1]));
      case "call" ->
          new Answer.Tools(
              List.of(
                  new ChatTool.Call("c0", words[1].split(" ", 2)[0], words[1].split(" ", 2)[1]),
                  new ChatTool.Call("c1", "again", "{}")));
      case "cut" -> cut(call);
      case "garbage" -> Answer.garbage(words.length > 1 ? words[1] : "");
      default -> new Answer.Text(call.text(), Duration.ofMillis(call.text().hashCode() & 7));
    };
  }

  /** An answer whose last event is torn, or in whole one that is no JSON. */
  private static Answer cut(Call call) {
    String events =
        String.join(
            "", ScriptedStream.events(ScriptedChatJson.completion(call, "cut off here", 0)));
    return call.streamed()
        ? new Answer.Raw(
            200,
            events.substring(0, events.indexOf("off") + 2),
            Map.of("content-type", "text/event-stream"))
        : Answer.garbage("{\"choices\":");
  }
}
