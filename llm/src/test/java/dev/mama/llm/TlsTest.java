package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.tcp.SslProvider.GenericSslContextSpec;

/** TLS with an authority of one's own, certificates on both sides, HTTP/2, and proxies. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class TlsTest {

  @TempDir static Path folder;
  private static Certificates certificates;

  private final AtomicInteger connections = new AtomicInteger();

  @BeforeAll
  static void make() throws Exception {
    certificates = Certificates.in(folder);
  }

  @Test
  void chat_authorityOfOnesOwn_isTrustedAndNoOther() throws Exception {
    try (var server = new Server(ClientAuth.NONE)) {
      var own = HttpOptions.DEFAULT.withTrusted(certificates.chain("ca"));
      try (var model = OpenAiChatModel.connect(server.endpoint().withHttp(own))) {
        assertThat(model.chat(ChatRequest.of("?")).text()).isEqualTo("over HTTP/1.1");
      }
      var other = HttpOptions.DEFAULT.withTrusted(certificates.chain("stranger"));
      for (var options : List.of(other, HttpOptions.DEFAULT)) {
        try (var model = OpenAiChatModel.connect(server.endpoint().withHttp(options))) {
          assertThat(failure(model).reason()).isEqualTo(Reason.DENIED);
        }
      }
    }
  }

  @Test
  void chat_serverAsksForACertificate_takesTheRightOneAlone() throws Exception {
    try (var server = new Server(ClientAuth.REQUIRE)) {
      var trusting = HttpOptions.DEFAULT.withTrusted(certificates.chain("ca"));
      var right = trusting.withIdentity(certificates.chain("client"), certificates.key("client"));
      try (var model = OpenAiChatModel.connect(server.endpoint().withHttp(right))) {
        assertThat(model.chat(ChatRequest.of("?")).text()).isEqualTo("over HTTP/1.1");
      }
      var wrong =
          trusting.withIdentity(certificates.chain("stranger"), certificates.key("stranger"));
      for (var options : List.of(wrong, trusting)) {
        try (var model = OpenAiChatModel.connect(server.endpoint().withHttp(options))) {
          assertThat(failure(model).reason()).isIn(Reason.DENIED, Reason.UNREACHABLE);
        }
      }
    }
  }

  @Test
  void chat_http2_putsManyCallsOnFewConnections() throws Exception {
    var options = HttpOptions.DEFAULT.withTrusted(certificates.chain("ca")).withHttp2();
    try (var server = new Server(ClientAuth.NONE);
        var model = OpenAiChatModel.connect(server.endpoint().withPoolSize(8).withHttp(options))) {
      var calls = new ArrayList<FutureTask<ChatReply>>();
      for (int i = 0; i < 100; i++) {
        calls.add(new FutureTask<>(() -> model.chat(ChatRequest.of("?"))));
        Thread.ofVirtual().start(calls.getLast());
      }
      for (var call : calls) {
        assertThat(call.get(20, TimeUnit.SECONDS).text()).isEqualTo("over HTTP/2.0");
      }
      assertThat(connections).hasValueBetween(1, 8);
    }
  }

  @Test
  void withHttp_http2WithoutTls_isRefused() {
    var plain = LlmEndpoint.of("http://localhost:8000", "m");
    assertThatThrownBy(() -> plain.withHttp(HttpOptions.DEFAULT.withHttp2()))
        .hasMessageContaining("http://localhost:8000")
        .hasMessageContaining("use https");
  }

  @Test
  void connect_fileThatIsNoCertificate_isNamed() throws Exception {
    Path wrong = Files.writeString(folder.resolve("wrong.pem"), "no certificate");
    var endpoint =
        LlmEndpoint.of("https://localhost:8000", "m")
            .withHttp(HttpOptions.DEFAULT.withTrusted(wrong));
    assertThatThrownBy(() -> OpenAiChatModel.connect(endpoint)).hasMessageContaining("wrong.pem");
    Path missing = folder.resolve("missing.pem");
    assertThatThrownBy(() -> HttpOptions.DEFAULT.withTrusted(missing))
        .hasMessageContaining("missing.pem");
  }

  @Test
  void chat_throughAProxy_reachesPlainAndTlsServers() throws Exception {
    try (var proxy = new ConnectProxy();
        var plain = ScriptedChatServer.start(call -> Answer.text("over a proxy"));
        var secure = new Server(ClientAuth.NONE)) {
      var options = HttpOptions.DEFAULT.withProxy("127.0.0.1", proxy.port());
      var endpoint = LlmEndpoint.of(plain.uri().toString(), "m").withHttp(options);
      try (var model = OpenAiChatModel.connect(endpoint)) {
        assertThat(model.chat(ChatRequest.of("?")).text()).isEqualTo("over a proxy");
      }
      var login = new HttpOptions.Proxy("127.0.0.1", proxy.port(), "somebody", "canary-password");
      var trusting = options.withProxy(login).withTrusted(certificates.chain("ca"));
      assertThat(trusting.toString()).doesNotContain("canary");
      try (var model = OpenAiChatModel.connect(secure.endpoint().withHttp(trusting))) {
        assertThat(model.chat(ChatRequest.of("?")).text()).isEqualTo("over HTTP/1.1");
      }
      assertThat(proxy.heads.get(0))
          .startsWith("CONNECT 127.0.0.1:" + plain.uri().getPort())
          .doesNotContainIgnoringCase("authorization");
      assertThat(proxy.heads.get(1))
          .startsWith("CONNECT 127.0.0.1:" + secure.port())
          .containsIgnoringCase("proxy-authorization: Basic");
    }
  }

  @Test
  void chat_proxyWantsALogin_letsTheRightOneThroughAndSaysWhyNotTheOthers() throws Exception {
    try (var proxy = ConnectProxy.askingFor("somebody:canary-password");
        var plain = ScriptedChatServer.start(call -> Answer.text("let through"))) {
      var endpoint = LlmEndpoint.of(plain.uri().toString(), "m");
      var right = new HttpOptions.Proxy("127.0.0.1", proxy.port(), "somebody", "canary-password");
      var options = HttpOptions.DEFAULT.withProxy(right);
      try (var model = OpenAiChatModel.connect(endpoint.withHttp(options))) {
        assertThat(model.chat(ChatRequest.of("?")).text()).isEqualTo("let through");
      }
      var wrong = new HttpOptions.Proxy("127.0.0.1", proxy.port(), "somebody", "canary-guessed");
      var none = new HttpOptions.Proxy("127.0.0.1", proxy.port(), "", "");
      for (var login : List.of(wrong, none)) {
        var refused = endpoint.withHttp(HttpOptions.DEFAULT.withProxy(login));
        try (var model = OpenAiChatModel.connect(refused)) {
          ChatException e = failure(model);
          assertThat(e.reason()).isEqualTo(Reason.DENIED);
          assertThat(e).hasMessageContaining("proxy").hasMessageContaining("407");
          assertThat(e.toString()).doesNotContain("canary");
        }
      }
      assertThat(plain.requests()).isEqualTo(1);
    }
  }

  @Test
  void chat_noProxyThere_saysSo() {
    var options = HttpOptions.DEFAULT.withProxy("127.0.0.1", 1);
    var endpoint = LlmEndpoint.of("http://127.0.0.1:2", "m").withHttp(options);
    try (var model = OpenAiChatModel.connect(endpoint)) {
      assertThat(failure(model).reason()).isEqualTo(Reason.UNREACHABLE);
    }
  }

  private static ChatException failure(OpenAiChatModel model) {
    return catchThrowableOfType(ChatException.class, () -> model.chat(ChatRequest.of("?")));
  }

  private static String answer(String version) {
    return "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"over %s\"}}]}"
        .formatted(version);
  }

  /** A TLS server that says which protocol it was asked over. */
  private final class Server implements AutoCloseable {
    private final DisposableServer server;

    Server(ClientAuth auth) {
      GenericSslContextSpec<SslContextBuilder> spec =
          Http2SslContextSpec.forServer(
                  certificates.chain("server").toFile(), certificates.key("server").toFile())
              .configure(
                  ssl -> ssl.clientAuth(auth).trustManager(certificates.chain("ca").toFile()));
      server =
          HttpServer.create()
              .host("127.0.0.1")
              .port(0)
              .protocol(HttpProtocol.H2, HttpProtocol.HTTP11)
              .secure(ssl -> ssl.sslContext(spec))
              .doOnChannelInit((observer, channel, remote) -> connections.incrementAndGet())
              .handle((request, response) ->
                  request
                      .receive()
                      .aggregate()
                      .then(
                          response
                              .header("content-type", "application/json")
                              .sendString(Mono.just(answer(request.version().toString())))
                              .then()))
              .bindNow(Duration.ofSeconds(10));
    }

    int port() {
      return server.port();
    }

    LlmEndpoint endpoint() {
      return LlmEndpoint.of("https://127.0.0.1:" + port(), "m");
    }

    @Override
    public void close() {
      server.disposeNow(Duration.ofSeconds(10));
    }
  }
}
