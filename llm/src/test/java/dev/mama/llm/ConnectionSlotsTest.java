package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.llm.PooledHttp.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** A connection is opened once its predecessor is gone, here and at the server. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ConnectionSlotsTest {

  private static final Duration IDLE = Duration.ofMillis(20);
  private static final Duration ENDLESS = Duration.ofHours(1);
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @Test
  void post_predecessorStillOpenAtTheServer_waits() throws Exception {
    try (var server = new TardyServer();
        var http = new PooledHttp(server.endpoint().withPoolSize(1), ENDLESS)) {
      assertThat(post(http, server).await(LIMIT).status()).isEqualTo(200);
      // Idle for too long, so it is closed by us; the server has seen that, and takes its time.
      server.ended.await();
      Exchange second = post(http, server);
      assertThatThrownBy(() -> second.await(Duration.ofMillis(50)))
          .isInstanceOf(TimeoutException.class);
      assertThat(http.open()).isEqualTo(1);
      server.mayClose.countDown();
      assertThat(second.await(LIMIT).status()).isEqualTo(200);
      assertThat(server.accepted).hasValue(2);
      assertThat(server.peak).hasValue(1);
    }
  }

  @Test
  void post_predecessorGivenUp_doesNotWaitForTheServer() throws Exception {
    try (var server = new TardyServer();
        var http = new PooledHttp(server.endpoint().withPoolSize(1), ENDLESS)) {
      server.silent = true;
      Exchange first = post(http, server);
      await().until(() -> server.asked.get() == 1);
      first.cancel();
      server.silent = false;
      assertThat(post(http, server).await(LIMIT).status()).isEqualTo(200);
    }
  }

  @Test
  void post_serverNeverCloses_isWaitedForNoLongerThanSaid() throws Exception {
    try (var server = new TardyServer();
        var http = new PooledHttp(server.endpoint().withPoolSize(1), Duration.ofMillis(50))) {
      assertThat(post(http, server).await(LIMIT).status()).isEqualTo(200);
      server.ended.await();
      assertThat(post(http, server).await(LIMIT).status()).isEqualTo(200);
    }
  }

  @Test
  void post_givenUpWhileItWaits_doesNoHarmToTheNext() throws Exception {
    try (var server = new TardyServer();
        var http = new PooledHttp(server.endpoint().withPoolSize(1), ENDLESS)) {
      assertThat(post(http, server).await(LIMIT).status()).isEqualTo(200);
      server.ended.await();
      Exchange late = post(http, server);
      assertThatThrownBy(() -> late.await(Duration.ofMillis(10)))
          .isInstanceOf(TimeoutException.class);
      late.cancel();
      server.mayClose.countDown();
      assertThat(post(http, server).await(LIMIT).status()).isEqualTo(200);
      assertThat(server.peak).hasValue(1);
    }
  }

  private static Exchange post(PooledHttp http, TardyServer server) {
    var uri = server.endpoint().resolve("/v1/chat/completions");
    return http.post(uri, Map.of(), "{}".getBytes(StandardCharsets.UTF_8));
  }

  /** Answers at once, but closes a connection that the client has closed only when it may. */
  private static final class TardyServer implements AutoCloseable {
    private static final String ANSWER = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

    final CountDownLatch ended = new CountDownLatch(1);
    final CountDownLatch mayClose = new CountDownLatch(1);
    final AtomicInteger accepted = new AtomicInteger();
    final AtomicInteger asked = new AtomicInteger();
    final AtomicInteger peak = new AtomicInteger();
    final Set<Socket> open = ConcurrentHashMap.newKeySet();
    volatile boolean silent;
    private final ServerSocket listener;

    TardyServer() throws IOException {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      Thread.ofVirtual().start(this::accept);
    }

    LlmEndpoint endpoint() {
      return LlmEndpoint.of("http://127.0.0.1:" + listener.getLocalPort(), "m")
          .withHttp(HttpOptions.DEFAULT.withIdleLimit(IDLE));
    }

    private void accept() {
      while (!listener.isClosed()) {
        try {
          Socket socket = listener.accept();
          accepted.incrementAndGet();
          open.add(socket);
          peak.accumulateAndGet(open.size(), Math::max);
          Thread.ofVirtual().start(() -> serve(socket));
        } catch (IOException e) {
          return; // the test is over
        }
      }
    }

    private void serve(Socket socket) {
      try (socket) {
        InputStream in = socket.getInputStream();
        int matched = 0; // of the empty line after a head, and the two bytes of the body
        for (int c = in.read(); c >= 0; c = in.read()) {
          matched = c == "\r\n\r\n{}".charAt(matched) ? matched + 1 : c == '\r' ? 1 : 0;
          if (matched == 6) {
            matched = 0;
            asked.incrementAndGet();
            if (!silent) {
              socket.getOutputStream().write(ANSWER.getBytes(StandardCharsets.US_ASCII));
            }
          }
        }
        ended.countDown();
        mayClose.await();
        open.remove(socket);
      } catch (IOException e) {
        open.remove(socket); // the client has gone
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() throws IOException {
      mayClose.countDown();
      listener.close();
    }
  }
}
