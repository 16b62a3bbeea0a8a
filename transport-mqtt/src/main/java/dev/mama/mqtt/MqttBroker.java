package dev.mama.mqtt;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * The broker to connect to, and how. Made by {@link #at}; each {@code with…} returns a changed
 * copy.
 *
 * <p>Immutable.
 *
 * @param host its name or address
 * @param port its port, 1 to 65,535
 * @param clientId how the broker knows this connection; unique among its clients. By default {@code
 *     mama-} and a random part
 * @param login what to authenticate with; by default nothing
 * @param tls whom to trust over TLS; by default there is no TLS
 * @param keepAlive after how much silence the connection is tested, up to 65,535 s; by default 30 s
 * @param connectTimeout how long connecting may take; by default 5 s
 * @param acknowledgeTimeout how long the broker may take to acknowledge a message or a
 *     subscription, reconnections included; by default 30 s
 * @param sessionExpiry how long the broker keeps messages for this client while the connection is
 *     interrupted; by default 10 minutes
 * @param keepsSession whether the session outlives the transport, so that the next process with
 *     this client id gets what came meanwhile; so it is with a client id of one's own
 * @param payloadLimit the largest payload in bytes, sent or received; the same in all processes of
 *     an experiment, because a broker silently drops what its receiver does not take. By default 1
 *     MiB
 */
public record MqttBroker(
    String host,
    int port,
    String clientId,
    Optional<Login> login,
    Optional<MqttTls> tls,
    Duration keepAlive,
    Duration connectTimeout,
    Duration acknowledgeTimeout,
    Duration sessionExpiry,
    boolean keepsSession,
    int payloadLimit) {

  private static final int LARGEST_PAYLOAD = 128 << 20;

  /**
   * A user and a password; the password is in no text this record makes.
   *
   * <p>Immutable.
   *
   * @param user the name
   * @param password the password
   */
  public record Login(String user, String password) {
    @Override
    public String toString() {
      return "Login[user=" + user + "]";
    }
  }

  /**
   * @throws IllegalArgumentException if a value is out of its range
   */
  public MqttBroker {
    require(!host.isBlank(), "MQTT broker host", host, "a name or an address");
    require(port >= 1 && port <= 65_535, "MQTT broker port", port, "1 to 65535");
    require(
        clientId.matches("[A-Za-z0-9._-]{1,128}"),
        "MQTT client id",
        clientId,
        "1 to 128 characters of A-Z a-z 0-9 . _ -");
    requireSeconds(keepAlive, "MQTT keep alive", 65_535);
    requireSeconds(connectTimeout, "MQTT connect timeout", 3_600);
    requireSeconds(acknowledgeTimeout, "MQTT acknowledge timeout", 3_600);
    requireSeconds(sessionExpiry, "MQTT session expiry", 604_800);
    require(
        payloadLimit >= 1 && payloadLimit <= LARGEST_PAYLOAD,
        "MQTT payload limit",
        payloadLimit,
        "1 to " + LARGEST_PAYLOAD + " bytes");
  }

  /** The broker at {@code host} and {@code port}, everything else by default. */
  public static MqttBroker at(String host, int port) {
    return new MqttBroker(
        host,
        port,
        "mama-" + UUID.randomUUID(),
        Optional.empty(),
        Optional.empty(),
        Duration.ofSeconds(30),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofMinutes(10),
        false,
        1 << 20);
  }

  /**
   * This broker with a {@link #clientId} of one's own, the same at each start of the process and
   * that of no other; it {@link #keepsSession}.
   */
  public MqttBroker withClientId(String id) {
    return new MqttBroker(
        host,
        port,
        id,
        login,
        tls,
        keepAlive,
        connectTimeout,
        acknowledgeTimeout,
        sessionExpiry,
        true,
        payloadLimit);
  }

  /** This broker with a {@link #login}. */
  public MqttBroker withLogin(String user, String password) {
    return new MqttBroker(
        host,
        port,
        clientId,
        Optional.of(new Login(user, password)),
        tls,
        keepAlive,
        connectTimeout,
        acknowledgeTimeout,
        sessionExpiry,
        keepsSession,
        payloadLimit);
  }

  /** This broker over TLS, with the JVM's trust store. */
  public MqttBroker withTls() {
    return withTls(MqttTls.ofJvm());
  }

  /** This broker over TLS. */
  public MqttBroker withTls(MqttTls trust) {
    return new MqttBroker(
        host,
        port,
        clientId,
        login,
        Optional.of(trust),
        keepAlive,
        connectTimeout,
        acknowledgeTimeout,
        sessionExpiry,
        keepsSession,
        payloadLimit);
  }

  /** This broker with another {@link #payloadLimit}. */
  public MqttBroker withPayloadLimit(int bytes) {
    return new MqttBroker(
        host,
        port,
        clientId,
        login,
        tls,
        keepAlive,
        connectTimeout,
        acknowledgeTimeout,
        sessionExpiry,
        keepsSession,
        bytes);
  }

  /** This broker with other times; see {@link #connectTimeout} and {@link #acknowledgeTimeout}. */
  public MqttBroker withTimeouts(Duration connect, Duration acknowledge) {
    return new MqttBroker(
        host,
        port,
        clientId,
        login,
        tls,
        keepAlive,
        connect,
        acknowledge,
        sessionExpiry,
        keepsSession,
        payloadLimit);
  }

  /**
   * This broker with another {@link #keepAlive}: a dead connection is noticed after one to two of
   * them, by both sides.
   */
  public MqttBroker withKeepAlive(Duration silence) {
    return new MqttBroker(
        host,
        port,
        clientId,
        login,
        tls,
        silence,
        connectTimeout,
        acknowledgeTimeout,
        sessionExpiry,
        keepsSession,
        payloadLimit);
  }

  /** This broker with another {@link #sessionExpiry}. */
  public MqttBroker withSessionExpiry(Duration expiry) {
    return new MqttBroker(
        host,
        port,
        clientId,
        login,
        tls,
        keepAlive,
        connectTimeout,
        acknowledgeTimeout,
        expiry,
        keepsSession,
        payloadLimit);
  }

  /** Host and port, for messages. */
  @Override
  public String toString() {
    return host + ":" + port;
  }

  private static void requireSeconds(Duration value, String name, long longest) {
    require(
        value.compareTo(Duration.ofSeconds(1)) >= 0 && value.toSeconds() <= longest,
        name,
        value,
        "1 to " + longest + " s");
  }

  private static void require(boolean fulfilled, String name, Object value, String range) {
    if (!fulfilled) {
      throw new IllegalArgumentException("%s '%s' must be %s".formatted(name, value, range));
    }
  }
}
