package dev.mama.bench;

import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.llm.LlmClient;
import dev.mama.llm.LlmEndpoint;
import dev.mama.llm.OpenAiChatModel;
import dev.mama.spi.ChatModel;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does a call take to a server that answers at once, over the loopback, with the whole
 * pipeline (budgets, cache, admission, pace, breaker, meters) and without it? The difference is the
 * pipeline's; most of the rest is HTTP, and the scripted server in the same process.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class LlmJmh {

  /** Which client: {@code LlmClient}, {@code OpenAiChatModel}, or the first with a known answer. */
  @Param({"pipeline", "bare", "cached"})
  public String client;

  private final ChatRequest request = ChatRequest.of("How are you?").temperature(0);
  private ScriptedChatServer server;
  private ChatModel model;

  /** Starts the server and the client. */
  @Setup
  public void open() {
    server = ScriptedChatServer.start(call -> Answer.text("Fine, thank you."));
    var endpoint = LlmEndpoint.of(server.uri().toString(), ScriptedChatServer.MODEL);
    model =
        switch (client) {
          case "bare" -> OpenAiChatModel.connect(endpoint);
          case "cached" -> LlmClient.builder(endpoint).cache(1L << 20, Duration.ofHours(1)).build();
          default -> LlmClient.builder(endpoint).build();
        };
  }

  /** One call. */
  @Benchmark
  public ChatReply chat() throws InterruptedException {
    return model.chat(request);
  }

  /** Stops both. */
  @TearDown
  public void close() {
    model.close();
    server.close();
  }
}
