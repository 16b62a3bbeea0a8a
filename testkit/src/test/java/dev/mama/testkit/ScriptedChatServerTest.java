package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.testkit.ScriptedChatServer.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The scripted server, seen by a client that knows nothing of it. */
class ScriptedChatServerTest {

  private static final String ASK =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"two words\"}]}";

  private final ScriptedChatServer server =
      ScriptedChatServer.start(call -> new Answer.Text(call.text(), Duration.ofMillis(1)));
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void close() {
    client.shutdownNow();
    server.close();
  }

  @Test
  void answer_saysThatItIsScripted() throws Exception {
    var response = post(server, BodyPublishers.ofString(ASK));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body())
        .contains("\"model\":\"scripted\"", "\"system_fingerprint\":\"scripted\"")
        .contains("\"content\":\"two words\"", "\"prompt_tokens\":2", "\"total_tokens\":4");
  }

  @Test
  void request_inChunks_isUnderstood() throws Exception {
    byte[] ask = ASK.getBytes(StandardCharsets.UTF_8);
    var chunked =
        BodyPublishers.fromPublisher(BodyPublishers.concat(parts(ask, 20), parts(ask, -20)));
    assertThat(post(server, chunked).body()).contains("two words");
  }

  @Test
  void request_notUnderstood_isRefusedWithAReason() throws Exception {
    assertThat(post(server, BodyPublishers.ofString("nonsense")).statusCode()).isEqualTo(400);
    assertThat(post(server, BodyPublishers.ofString("{}")).body()).contains("no messages");
    var elsewhere = HttpRequest.newBuilder(server.uri().resolve("/v2")).build();
    assertThat(client.send(elsewhere, BodyHandlers.ofString()).statusCode()).isEqualTo(404);
  }

  @Test
  void stream_comesAsEventsAWordEachThenTheCounts() throws Exception {
    String ask = ASK.replace("{\"model", "{\"stream\":true,\"model");
    var response = post(server, BodyPublishers.ofString(ask));
    assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream");
    assertThat(response.body().lines().filter(line -> !line.isEmpty()))
        .allMatch(line -> line.startsWith("data: "))
        .anyMatch(line -> line.contains("{\"content\":\"two\"}"))
        .anyMatch(line -> line.contains("{\"content\":\" words\"}"))
        .anyMatch(line -> line.contains("\"finish_reason\":\"stop\""))
        .anyMatch(line -> line.contains("\"total_tokens\":4"))
        .endsWith("data: [DONE]");
  }

  @Test
  void models_namesTheScriptedOne() throws Exception {
    var models = HttpRequest.newBuilder(server.uri().resolve("/v1/models")).build();
    assertThat(client.send(models, BodyHandlers.ofString()).body()).contains("scripted");
    assertThat(server.requests()).isZero();
  }

  @Test
  void raw_sendsStatusBodyAndHeaders() throws Exception {
    var raw = new Answer.Raw(429, "slow down", Map.of("retry-after", "7"));
    try (var busy = ScriptedChatServer.start(call -> raw)) {
      var response = post(busy, BodyPublishers.ofString(ASK));
      assertThat(response.statusCode()).isEqualTo(429);
      assertThat(response.body()).isEqualTo("slow down");
      assertThat(response.headers().firstValue("retry-after")).hasValue("7");
    }
  }

  @Test
  void script_fails_isAnsweredWith500() throws Exception {
    try (var broken =
        ScriptedChatServer.start(call -> {
          throw new IllegalStateException("oh");
        })) {
      assertThat(post(broken, BodyPublishers.ofString(ASK)).statusCode()).isEqualTo(500);
    }
  }

  @Test
  void calls_twoThousandAtOnce_areAllInFlightTogether() throws Exception {
    int calls = 2_000;
    var all = new CompletableFuture<Void>();
    try (var waiting =
        ScriptedChatServer.start(call -> {
          all.join();
          return Answer.text("done");
        })) {
      var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
      for (int i = 0; i < calls; i++) {
        answers.add(
            client.sendAsync(
                request(waiting, BodyPublishers.ofString(ASK)), BodyHandlers.ofString()));
      }
      await().atMost(Duration.ofSeconds(30)).until(() -> waiting.inFlight() == calls);
      all.complete(null);
      for (var answer : answers) {
        assertThat(answer.get(30, TimeUnit.SECONDS).body()).contains("done");
      }
      assertThat(waiting.peakInFlight()).isEqualTo(calls);
      assertThat(waiting.connections()).isEqualTo(calls).isEqualTo(waiting.peakConnections());
      assertThat(waiting.requests()).isEqualTo(calls);
    }
  }

  @Test
  void connections_keptAlive_areCountedOnce() throws Exception {
    for (int i = 0; i < 5; i++) {
      post(server, BodyPublishers.ofString(ASK));
    }
    assertThat(server.connections()).isEqualTo(1);
    assertThat(server.requests()).isEqualTo(5);
  }

  @Test
  void close_freesThePortAndEndsConnections() throws Exception {
    int port = server.uri().getPort();
    try (var idle = new Socket(InetAddress.getLoopbackAddress(), port)) {
      await().until(() -> server.connections() == 1); // one that is not accepted yet is reset
      server.close();
      assertThat(idle.getInputStream().read()).isNegative();
      try (var again = ScriptedChatServer.start(port, call -> Answer.text("again"))) {
        assertThat(post(again, BodyPublishers.ofString(ASK)).body()).contains("again");
      }
    }
  }

  @Test
  void start_portTaken_namesIt() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(
              () -> ScriptedChatServer.start(taken.getLocalPort(), call -> Answer.text("")))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(Integer.toString(taken.getLocalPort()));
    }
  }

  private HttpResponse<String> post(ScriptedChatServer to, BodyPublisher body)
      throws IOException, InterruptedException {
    return client.send(request(to, body), BodyHandlers.ofString());
  }

  private static HttpRequest request(ScriptedChatServer to, BodyPublisher body) {
    return HttpRequest.newBuilder(to.uri().resolve("/v1/chat/completions")).POST(body).build();
  }

  private static BodyPublisher parts(byte[] all, int cut) {
    return cut > 0
        ? BodyPublishers.ofByteArray(all, 0, cut)
        : BodyPublishers.ofByteArray(all, -cut, all.length + cut);
  }
}
