package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against a server that echoes, and closes what its client closes. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultProxyTest {

  private static final int PATIENCE_MILLIS = 20_000;

  private final AtomicLong tapped = new AtomicLong();
  private ServerSocket server;
  private FaultProxy proxy;
  private Socket client;

  @BeforeEach
  void connect() throws IOException {
    server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
    proxy =
        FaultProxy.start(
            "127.0.0.1",
            server.getLocalPort(),
            (connection, up, bytes) -> tapped.addAndGet(bytes.remaining()));
    client = newClient();
    assertEchoes(client, 'a');
  }

  @AfterEach
  void disconnect() throws IOException {
    client.close();
    proxy.close();
    server.close();
  }

  private void serve() {
    try {
      while (true) {
        Socket accepted = server.accept();
        Thread.ofVirtual().start(() -> echo(accepted));
      }
    } catch (IOException e) {
      // The test has ended.
    }
  }

  private static void echo(Socket socket) {
    try (socket) {
      socket.getInputStream().transferTo(socket.getOutputStream());
    } catch (IOException e) {
      // The connection was meant to end.
    }
  }

  private Socket newClient() throws IOException {
    var socket = new Socket(proxy.host(), proxy.port());
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  private static void assertEchoes(Socket socket, char letter) throws IOException {
    socket.getOutputStream().write(letter);
    assertThat(socket.getInputStream().read()).isEqualTo(letter);
  }

  @Test
  void noFault_bytesPassUnchangedAndAreSeen() throws IOException {
    for (char letter = 'b'; letter <= 'z'; letter++) {
      assertEchoes(client, letter);
    }
    assertThat(tapped.get()).isEqualTo(2 * 26);
    assertThat(proxy.bytesUp()).isEqualTo(26);
  }

  @Test
  void cut_oldConnectionEnds_aNewOneWorks() throws IOException {
    proxy.cut();
    assertThat(client.getInputStream().read()).isEqualTo(-1);
    try (Socket next = newClient()) {
      assertEchoes(next, 'b');
    }
    assertThat(proxy.connections()).isEqualTo(2);
  }

  @Test
  void reset_oldConnectionIsReset() {
    proxy.reset();
    assertThatExceptionOfType(SocketException.class)
        .isThrownBy(() -> client.getInputStream().read());
  }

  @Test
  void stall_nothingMovesUntilHealed_nothingIsLost() throws IOException {
    proxy.stall();
    client.getOutputStream().write('b');
    assertSilent(client);
    try (Socket next = newClient()) {
      next.getOutputStream().write('c');
      assertSilent(next);
      proxy.heal();
      assertThat(next.getInputStream().read()).isEqualTo('c');
    }
    assertThat(client.getInputStream().read()).isEqualTo('b');
  }

  @Test
  void holdAnswers_requestsPassAndAnswersWait() throws IOException {
    long before = proxy.bytesUp();
    proxy.holdAnswers();
    client.getOutputStream().write('b');
    await().until(() -> proxy.bytesUp() == before + 1);
    assertSilent(client);
    proxy.heal();
    assertThat(client.getInputStream().read()).isEqualTo('b');
  }

  @Test
  void halfOpen_clientIsToldNothing_aNewConnectionWorks() throws IOException {
    proxy.halfOpen();
    client.getOutputStream().write('b');
    assertSilent(client);
    try (Socket next = newClient()) {
      assertEchoes(next, 'c');
    }
  }

  @Test
  void slow_takesItsTime() throws IOException {
    proxy.slow(100);
    long start = System.nanoTime();
    client.getOutputStream().write(new byte[50]);
    assertThat(client.getInputStream().readNBytes(50)).hasSize(50);
    assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(500));
  }

  @Test
  void delay_eachDirectionTakesIt_butNotOneAfterAnother() throws IOException {
    int letters = 100;
    proxy.delay(Duration.ofMillis(100));
    long start = System.nanoTime();
    Thread.ofVirtual().start(() -> writeLetters(letters));
    for (int i = 0; i < letters; i++) {
      assertThat(client.getInputStream().read()).isEqualTo('a' + i % 26);
      if (i == 0) {
        assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(200));
      }
    }
    assertThat(System.nanoTime() - start)
        .as("%d delays in a row would take this long", letters)
        .isLessThan(TimeUnit.MILLISECONDS.toNanos(100L * letters));
  }

  @Test
  void delay_healed_theOrderStays() throws IOException {
    proxy.delay(Duration.ofMillis(300));
    long before = tapped.get();
    client.getOutputStream().write('b');
    proxy.heal();
    client.getOutputStream().write('c');
    assertThat(client.getInputStream().read()).isEqualTo('b');
    assertThat(client.getInputStream().read()).isEqualTo('c');
    assertThat(tapped.get()).isEqualTo(before + 4);
  }

  @Test
  void delay_serverHasSentAndClosed_allArrivesBeforeTheEnd() throws IOException {
    try (var brief = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        var far = FaultProxy.start("127.0.0.1", brief.getLocalPort())) {
      far.delay(Duration.ofMillis(50));
      try (var caller = new Socket(far.host(), far.port())) {
        caller.setSoTimeout(PATIENCE_MILLIS);
        try (Socket accepted = brief.accept()) {
          accepted.getOutputStream().write('b');
        }
        assertThat(caller.getInputStream().readAllBytes()).isEqualTo(new byte[] {'b'});
      }
    }
  }

  @Test
  void delay_cutMeanwhile_whatIsUnderWayIsLost() throws IOException {
    proxy.delay(Duration.ofMinutes(30));
    client.getOutputStream().write('b');
    proxy.cut();
    assertThat(client.getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void delay_negative_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> proxy.delay(Duration.ofMillis(-1)))
        .withMessageContaining("zero to an hour");
  }

  private void writeLetters(int letters) {
    try {
      for (int i = 0; i < letters; i++) {
        client.getOutputStream().write('a' + i % 26);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertSilent(Socket socket) throws IOException {
    socket.setSoTimeout(200);
    assertThatExceptionOfType(SocketTimeoutException.class)
        .isThrownBy(() -> socket.getInputStream().read());
    socket.setSoTimeout(PATIENCE_MILLIS);
  }
}
