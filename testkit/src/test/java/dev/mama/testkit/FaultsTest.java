package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.ChatMessage;
import dev.mama.ChatMessage.Role;
import dev.mama.testkit.RateLimit.Form;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fault laboratory, seen by a bare socket. */
@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class FaultsTest {

  private static final String TEXT = "a text of some length, cut where it hurts";

  @Test
  void truncated_endsBeforeItsLength() throws Exception {
    try (var server = ScriptedChatServer.start(call -> Faults.truncated(call, TEXT))) {
      String seen = read(server);
      int head = seen.indexOf("\r\n\r\n") + 4;
      assertThat(seen.length() - head).isPositive().isLessThan(promised(seen));
    }
  }

  @Test
  void slow_arrivesWholeAndLate() throws Exception {
    Function<Call, Answer> slow = call -> Faults.slow(call, TEXT, Duration.ofMillis(20));
    try (var server = ScriptedChatServer.start(slow);
        var socket = ask(server)) {
      long start = System.nanoTime();
      String seen = readWhole(socket.getInputStream());
      assertThat(seen).contains(TEXT);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(60));
    }
  }

  @Test
  void stalled_staysOpenAndSilent() throws Exception {
    try (var server = ScriptedChatServer.start(call -> Faults.stalled(call, TEXT));
        var socket = ask(server)) {
      socket.setSoTimeout(200);
      assertThatThrownBy(() -> socket.getInputStream().readAllBytes())
          .isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void halfClosed_endsWithoutAnAnswerAndStillListens() throws Exception {
    try (var server = ScriptedChatServer.start(call -> Faults.halfClosed());
        var socket = ask(server)) {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      socket.getOutputStream().write('?');
      assertThat(server.inFlight()).isEqualTo(1);
    }
  }

  @Test
  void reset_breaksTheConnection() throws Exception {
    try (var server = ScriptedChatServer.start(call -> Faults.reset());
        var socket = ask(server)) {
      assertThatThrownBy(() -> socket.getInputStream().readAllBytes())
          .isInstanceOf(SocketException.class);
    }
  }

  @Test
  void noHttp_isNoHttp() throws Exception {
    try (var server = ScriptedChatServer.start(call -> Faults.noHttp())) {
      assertThat(read(server)).contains("SSH-2.0").doesNotContain("HTTP/1.1");
    }
  }

  @Test
  void idleLimit_closesSilentConnections() throws Exception {
    try (var server = ScriptedChatServer.start(call -> Answer.text("kept"))) {
      server.idleLimit(Duration.ofMillis(50));
      try (var socket = ask(server)) {
        assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
            .contains("kept");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "SECONDS, retry-after, 2",
    "FRACTION, retry-after, 1.500",
    "MILLIS, retry-after-ms, 1500",
    "DATE, retry-after, 'Thu, 1 Jan 2026 00:00:02 GMT'",
    "RESET, x-ratelimit-reset-requests, 1s500ms",
    "EPOCH, x-ratelimit-reset, 1767225602"
  })
  void rateLimit_beyondIt_saysHowLongToWait(Form form, String header, String value) {
    var time = new ManualTime();
    var limit = new RateLimit(2, Duration.ofMillis(1_500), form, time);
    var script = limit.before(call -> Answer.text("served"));
    assertThat(script.apply(call("a"))).isEqualTo(Answer.text("served"));
    assertThat(script.apply(call("a"))).isEqualTo(Answer.text("served"));
    var refused = (Answer.Raw) script.apply(call("a"));
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.headers()).containsEntry(header, value);
    assertThat(script.apply(call("b"))).as("another key").isEqualTo(Answer.text("served"));
    assertThat(limit.refused()).isEqualTo(1);
    time.advance(Duration.ofMillis(1_500));
    assertThat(script.apply(call("a"))).isEqualTo(Answer.text("served"));
  }

  @Test
  void latency_sameSeed_drawsTheSame() {
    var some = Latency.logNormal(Duration.ofMillis(100), 1, 7);
    var same = Latency.logNormal(Duration.ofMillis(100), 1, 7);
    var values = new ArrayList<Duration>();
    for (int i = 0; i < 1_001; i++) {
      values.add(some.next());
      assertThat(same.next()).isEqualTo(values.getLast());
    }
    values.sort(null);
    assertThat(values.get(500)).isBetween(Duration.ofMillis(85), Duration.ofMillis(115));
    assertThat(values.get(990)).isGreaterThan(Duration.ofMillis(600));
  }

  @Test
  void latency_uniform_staysWithin() {
    var uniform = Latency.uniform(Duration.ofMillis(10), Duration.ofMillis(20), 1);
    for (int i = 0; i < 100; i++) {
      assertThat(uniform.next()).isBetween(Duration.ofMillis(10), Duration.ofMillis(20));
    }
    assertThatThrownBy(() -> Latency.uniform(Duration.ofMillis(2), Duration.ofMillis(1), 1))
        .hasMessageContaining("low PT0.002S");
  }

  @Test
  void embeddings_sayThatTheyAreFake() throws Exception {
    try (var server = ScriptedChatServer.start(call -> Answer.text(""));
        var socket = new Socket(InetAddress.getLoopbackAddress(), server.uri().getPort())) {
      String json = "{\"model\":\"m\",\"input\":[\"one\",\"two words\"]}";
      socket.getOutputStream().write(request("/v1/embeddings", json));
      assertThat(readWhole(socket.getInputStream()))
          .contains("a fake", "\"index\":1", "\"prompt_tokens\":3");
    }
  }

  private static Call call(String key) {
    return new Call(
        "m",
        List.of(new ChatMessage(Role.USER, "?")),
        OptionalDouble.empty(),
        OptionalInt.empty(),
        Map.of("authorization", key));
  }

  private static Socket ask(ScriptedChatServer server) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), server.uri().getPort());
    String json = "{\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}";
    socket.getOutputStream().write(request("/v1/chat/completions", json));
    return socket;
  }

  private static byte[] request(String path, String json) {
    return "POST %s HTTP/1.1\r\ncontent-length: %d\r\n\r\n%s"
        .formatted(path, json.length(), json)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String read(ScriptedChatServer server) throws IOException {
    try (var socket = ask(server)) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Reads one answer with a length. */
  private static String readWhole(InputStream in) throws IOException {
    var seen = new StringBuilder();
    while (seen.indexOf("\r\n\r\n") < 0) {
      seen.append((char) in.read());
    }
    int length = promised(seen.toString());
    return seen + new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  private static int promised(String answer) {
    String after = answer.substring(answer.indexOf("content-length: ") + 16);
    return Integer.parseInt(after.substring(0, after.indexOf('\r')));
  }
}
