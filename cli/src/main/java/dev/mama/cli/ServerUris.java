package dev.mama.cli;

import dev.mama.ExperimentId;
import dev.mama.mqtt.MqttBroker;
import dev.mama.pg.PgDatabase;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** Brokers and databases by their addresses, which may hold passwords: no message quotes them. */
final class ServerUris {

  private ServerUris() {}

  /**
   * The broker at {@code mqtt://[user:password@]host[:port]}, or {@code mqtts://}.
   *
   * @param persistent whether it keeps the session of {@code experiment}
   * @throws IllegalArgumentException if it has another form; the message may hold the password
   */
  static MqttBroker broker(String text, ExperimentId experiment, boolean persistent) {
    URI uri = URI.create(text);
    String scheme = String.valueOf(uri.getScheme());
    boolean tls = scheme.equals("mqtts");
    if ((!tls && !scheme.equals("mqtt")) || uri.getHost() == null) {
      throw new IllegalArgumentException("another form");
    }
    MqttBroker broker =
        MqttBroker.at(uri.getHost(), uri.getPort() >= 0 ? uri.getPort() : tls ? 8883 : 1883);
    broker = tls ? broker.withTls() : broker;
    broker = persistent ? broker.withClientId("mama-" + experiment) : broker;
    String user = uri.getRawUserInfo();
    return user == null ? broker : broker.withLogin(name(user), password(user));
  }

  /**
   * The database at {@code postgresql://user:password@host:port/database}, or a JDBC URL.
   *
   * @throws IllegalArgumentException if it has another form; the message may hold the password
   */
  static PgDatabase database(String dsn) {
    if (dsn.startsWith("jdbc:postgresql:")) {
      return PgDatabase.of(dsn, "", "");
    }
    URI uri = URI.create(dsn);
    String scheme = String.valueOf(uri.getScheme());
    if (!(scheme.equals("postgresql") || scheme.equals("postgres")) || uri.getHost() == null) {
      throw new IllegalArgumentException("another form");
    }
    String user = uri.getRawUserInfo();
    String query = uri.getRawQuery();
    return PgDatabase.of(
        "jdbc:postgresql://%s:%d%s%s"
            .formatted(
                uri.getHost(),
                uri.getPort() < 0 ? 5432 : uri.getPort(),
                uri.getRawPath(),
                query == null ? "" : "?" + query),
        user == null ? "" : name(user),
        user == null ? "" : password(user));
  }

  private static String name(String login) {
    int colon = login.indexOf(':');
    return decoded(colon < 0 ? login : login.substring(0, colon));
  }

  private static String password(String login) {
    int colon = login.indexOf(':');
    return colon < 0 ? "" : decoded(login.substring(colon + 1));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
