package dev.mama.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {

  /** CONNECT, MQTT 5, clean start, keep alive 60 s, client id "c1". */
  private static final byte[] CONNECT = hex("100f00044d5154540502003c0000026331");

  private static final byte[] DISCONNECT = hex("e000");

  @Test
  void start_freePort_countsConnectionsAndLeavesNoThread(@TempDir Path folder) throws Exception {
    Set<Thread> before = nonDaemonThreads();
    var handler = Thread.getDefaultUncaughtExceptionHandler();
    var broker = EmbeddedBroker.start(folder);
    try (broker) {
      assertThat(broker.port()).isPositive();
      assertThat(broker.uri()).isEqualTo("mqtt://127.0.0.1:" + broker.port());
      assertThat(broker.clients()).isEmpty();

      try (var client = new Socket(broker.host(), broker.port())) {
        client.getOutputStream().write(CONNECT);
        assertThat(new DataInputStream(client.getInputStream()).readByte()).isEqualTo((byte) 0x20);
        await().until(() -> broker.clients().equals(Set.of("c1")));
        client.getOutputStream().write(DISCONNECT);
      }

      await().until(() -> broker.clients().isEmpty());
      assertThat(broker.connections()).isEqualTo(1);
    }
    assertThat(Thread.getDefaultUncaughtExceptionHandler()).isSameAs(handler);
    await()
        .pollInSameThread() // its own thread would be one of them
        .untilAsserted(() -> assertThat(nonDaemonThreads()).isSubsetOf(before));
    assertThat(folder.resolve("conf/config.xml")).exists();
  }

  @Test
  void start_portInUse_saysWhichPort(@TempDir Path folder) throws Exception {
    try (var holder = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> EmbeddedBroker.start(folder, holder.getLocalPort()))
          .withMessageContaining("port " + holder.getLocalPort())
          .withMessageContaining("choose another");
      assertThat(folder).isEmptyDirectory();
    }
  }

  private static Set<Thread> nonDaemonThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !thread.isDaemon())
        .collect(Collectors.toSet());
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }
}
