package dev.mama.llm;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How connections to an endpoint are made and kept. Begin with {@link #DEFAULT} and chain what
 * differs.
 *
 * <p>Immutable.
 *
 * @param http2 whether HTTP/2 is offered; only over TLS, where the server chooses between it and
 *     HTTP/1.1
 * @param idleLimit a connection that was idle for longer is not used again but closed; must be
 *     below the server's own limit (5 s with vLLM and llama.cpp, more with most others), or calls
 *     meet connections that are just being closed
 * @param trusted file of PEM certificates of the authorities to trust instead of the JVM's own
 * @param identity what this process shows to a server that asks for a certificate
 * @param proxy through which connections go, by HTTP CONNECT
 */
public record HttpOptions(
    boolean http2,
    Duration idleLimit,
    Optional<Path> trusted,
    Optional<Identity> identity,
    Optional<Proxy> proxy) {

  /** HTTP/1.1 keep-alive, 4 s idle, the JVM's trust store, no proxy. */
  public static final HttpOptions DEFAULT =
      new HttpOptions(
          false, Duration.ofSeconds(4), Optional.empty(), Optional.empty(), Optional.empty());

  /**
   * A certificate and its key.
   *
   * <p>Immutable.
   *
   * @param chain PEM file, the own certificate first
   * @param key PEM file, PKCS#8, not encrypted
   */
  public record Identity(Path chain, Path key) {}

  /**
   * A proxy; the password is in no text this record makes.
   *
   * <p>Immutable.
   *
   * @param host its name or address
   * @param port in [1, 65535]
   * @param user empty where it asks for none
   * @param password empty where it asks for none
   */
  public record Proxy(String host, int port, String user, String password) {

    public Proxy {
      if (host.isBlank() || port < 1 || port > 65_535) {
        throw new IllegalArgumentException(
            "proxy '%s:%d' must be a host and a port in [1, 65535]".formatted(host, port));
      }
    }

    @Override
    public String toString() {
      return "Proxy[%s:%d]".formatted(host, port);
    }
  }

  /**
   * @throws IllegalArgumentException if the idle limit is less than 1 ms, or a day or more, or a
   *     file cannot be read
   */
  public HttpOptions {
    if (idleLimit.compareTo(Duration.ofMillis(1)) < 0 || idleLimit.toDays() >= 1) {
      throw new IllegalArgumentException(
          "idleLimit %s must be in [PT0.001S, PT24H)".formatted(idleLimit));
    }
    trusted.ifPresent(HttpOptions::requireReadable);
    identity.ifPresent(own -> {
      requireReadable(own.chain());
      requireReadable(own.key());
    });
  }

  /** The same with HTTP/2 where the server speaks it over TLS. */
  public HttpOptions withHttp2() {
    return new HttpOptions(true, idleLimit, trusted, identity, proxy);
  }

  /** The same with another {@link #idleLimit}. */
  public HttpOptions withIdleLimit(Duration limit) {
    return new HttpOptions(http2, limit, trusted, identity, proxy);
  }

  /** The same, trusting the authorities in the PEM file {@code certificates} and no others. */
  public HttpOptions withTrusted(Path certificates) {
    return new HttpOptions(http2, idleLimit, Optional.of(certificates), identity, proxy);
  }

  /** The same, showing a certificate of its own to servers that ask for one. */
  public HttpOptions withIdentity(Path chain, Path key) {
    return new HttpOptions(http2, idleLimit, trusted, Optional.of(new Identity(chain, key)), proxy);
  }

  /** The same through a proxy that asks for no password. */
  public HttpOptions withProxy(String host, int port) {
    return withProxy(new Proxy(host, port, "", ""));
  }

  /** The same through {@code proxy}. */
  public HttpOptions withProxy(Proxy proxy) {
    return new HttpOptions(http2, idleLimit, trusted, identity, Optional.of(proxy));
  }

  private static void requireReadable(Path file) {
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException("'%s' cannot be read; give a PEM file".formatted(file));
    }
  }
}
