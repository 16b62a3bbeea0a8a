package dev.mama.llm;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where a language model is served, and how it may be called.
 *
 * <p>Begin with {@link #of} and chain what differs from the defaults. The API key and the values of
 * extra headers are secrets: they are in no text this record makes.
 *
 * <p>Immutable.
 *
 * @param baseUrl scheme, host, port and path in front of {@code /v1/chat/completions}
 * @param model the model to ask for, in the server's own spelling
 * @param apiKey sent as bearer token, or null where the server wants none
 * @param poolSize most connections open at once, at least 1; also the most calls on the wire
 * @param maxWaiting most calls that may wait for a connection, 0 to 100,000,000; one more is
 *     refused
 * @param requestTimeout longest time from leaving the queue to the whole answer, of a stream
 *     longest silence; 1 ms to a day
 * @param connectTimeout longest time to open a connection, 1 ms to a day
 * @param maxReplyBytes longest answer that is read, in bytes; a longer one is given up
 * @param headers sent with every call, by lower-case name
 * @param http how connections are made and kept
 */
public record LlmEndpoint(
    URI baseUrl,
    String model,
    @Nullable String apiKey,
    int poolSize,
    int maxWaiting,
    Duration requestTimeout,
    Duration connectTimeout,
    int maxReplyBytes,
    Map<String, String> headers,
    HttpOptions http) {

  private static final Set<String> OWN_HEADERS =
      Set.of(
          "accept",
          "connection",
          "content-length",
          "content-type",
          "host",
          "idempotency-key",
          "traceparent",
          "transfer-encoding");

  /**
   * @throws IllegalArgumentException if a value is out of its range; it names the value, except
   *     where that may hold a secret
   */
  public LlmEndpoint {
    baseUrl = normal(baseUrl);
    require(!model.isBlank(), "the model's name is blank; give the name the server knows");
    require(
        apiKey == null || isHeaderValue(apiKey),
        "the API key is blank or holds characters other than visible ASCII; check for line ends");
    require(poolSize >= 1, "poolSize %d must be at least 1".formatted(poolSize));
    require(
        maxWaiting >= 0 && maxWaiting <= 100_000_000,
        "maxWaiting %d must be in [0, 100000000]".formatted(maxWaiting));
    require(maxReplyBytes >= 1, "maxReplyBytes %d must be at least 1".formatted(maxReplyBytes));
    requireTimeout("requestTimeout", requestTimeout);
    requireTimeout("connectTimeout", connectTimeout);
    headers = checked(headers);
    require(
        !http.http2() || baseUrl.getScheme().equalsIgnoreCase("https"),
        "HTTP/2 without TLS (%s) is not supported, because servers answer its upgrade wrongly; use https or leave http2 out"
            .formatted(baseUrl));
  }

  /**
   * The model {@code model} served at {@code baseUrl}: 8 connections, 10,000 waiting calls, 60 s a
   * request, 5 s to connect, answers up to 4 MiB, no key.
   *
   * @param baseUrl for example {@code http://localhost:8000}; a trailing {@code /} or {@code /v1}
   *     is understood
   * @throws IllegalArgumentException if it is not an http or https URL
   */
  public static LlmEndpoint of(String baseUrl, String model) {
    URI uri;
    try {
      uri = URI.create(baseUrl.strip());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s' is not a URL; give one such as http://localhost:8000".formatted(baseUrl), e);
    }
    return new LlmEndpoint(
        uri,
        model,
        null,
        8,
        10_000,
        Duration.ofSeconds(60),
        Duration.ofSeconds(5),
        4 << 20,
        Map.of(),
        HttpOptions.DEFAULT);
  }

  /** The same endpoint, called with {@code key} as bearer token. */
  public LlmEndpoint withApiKey(String key) {
    return copy(
        key, poolSize, maxWaiting, requestTimeout, connectTimeout, maxReplyBytes, headers, http);
  }

  /** The same endpoint over at most {@code connections} connections. */
  public LlmEndpoint withPoolSize(int connections) {
    return copy(
        apiKey,
        connections,
        maxWaiting,
        requestTimeout,
        connectTimeout,
        maxReplyBytes,
        headers,
        http);
  }

  /** The same endpoint with at most {@code calls} calls waiting for a connection. */
  public LlmEndpoint withMaxWaiting(int calls) {
    return copy(
        apiKey, poolSize, calls, requestTimeout, connectTimeout, maxReplyBytes, headers, http);
  }

  /** The same endpoint that is given up after {@code timeout} on the wire. */
  public LlmEndpoint withRequestTimeout(Duration timeout) {
    return copy(
        apiKey, poolSize, maxWaiting, timeout, connectTimeout, maxReplyBytes, headers, http);
  }

  /** The same endpoint that must accept a connection within {@code timeout}. */
  public LlmEndpoint withConnectTimeout(Duration timeout) {
    return copy(
        apiKey, poolSize, maxWaiting, requestTimeout, timeout, maxReplyBytes, headers, http);
  }

  /** The same endpoint, whose answers are read up to {@code bytes} bytes. */
  public LlmEndpoint withMaxReplyBytes(int bytes) {
    return copy(apiKey, poolSize, maxWaiting, requestTimeout, connectTimeout, bytes, headers, http);
  }

  /** The same endpoint, called with one header more. */
  public LlmEndpoint withHeader(String name, String value) {
    var more = new TreeMap<>(headers);
    more.put(name.toLowerCase(Locale.ROOT), value);
    return copy(
        apiKey, poolSize, maxWaiting, requestTimeout, connectTimeout, maxReplyBytes, more, http);
  }

  /** The same endpoint over connections made and kept as {@code options} say. */
  public LlmEndpoint withHttp(HttpOptions options) {
    return copy(
        apiKey,
        poolSize,
        maxWaiting,
        requestTimeout,
        connectTimeout,
        maxReplyBytes,
        headers,
        options);
  }

  /** Says everything but the key and the values of headers. */
  @Override
  public String toString() {
    return "LlmEndpoint[%s, model=%s, key=%s, poolSize=%d, maxWaiting=%d, requestTimeout=%s, connectTimeout=%s, maxReplyBytes=%d, headers=%s, http=%s]"
        .formatted(
            baseUrl,
            model,
            apiKey == null ? "none" : "set",
            poolSize,
            maxWaiting,
            requestTimeout,
            connectTimeout,
            maxReplyBytes,
            new TreeSet<>(headers.keySet()),
            http);
  }

  boolean isSecure() {
    return baseUrl.getScheme().equalsIgnoreCase("https");
  }

  URI resolve(String path) {
    return URI.create(baseUrl + path);
  }

  Optional<String> bearer() {
    return Optional.ofNullable(apiKey).map(key -> "Bearer " + key);
  }

  /** The key, the values of headers that may be one, and a proxy's password. */
  Set<String> secrets() {
    var secrets = new TreeSet<String>();
    if (apiKey != null) {
      secrets.add(apiKey);
    }
    // Shorter values are no secrets, and would tear ordinary words apart.
    headers.values().stream().filter(value -> value.length() >= 8).forEach(secrets::add);
    http.proxy()
        .map(HttpOptions.Proxy::password)
        .filter(password -> !password.isEmpty())
        .ifPresent(secrets::add);
    return secrets;
  }

  /** {@code text} without the secrets this endpoint holds, for a server that repeats them. */
  String redact(String text) {
    String safe = text;
    for (String secret : secrets()) {
      safe = safe.replace(secret, "***");
    }
    return safe;
  }

  private LlmEndpoint copy(
      @Nullable String key,
      int connections,
      int waiting,
      Duration request,
      Duration connect,
      int replyBytes,
      Map<String, String> extra,
      HttpOptions options) {
    return new LlmEndpoint(
        baseUrl, model, key, connections, waiting, request, connect, replyBytes, extra, options);
  }

  private static URI normal(URI url) {
    require(
        url.getRawUserInfo() == null,
        "the URL holds a user or password; leave them out and use apiKey or header");
    require(
        url.getRawQuery() == null && url.getRawFragment() == null,
        "the URL holds a query or fragment, which is not supported; leave it out");
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    require(
        (scheme.equals("http") || scheme.equals("https")) && url.getHost() != null,
        "'%s' is not an http or https URL with a host; give one such as http://localhost:8000"
            .formatted(url));
    return URI.create(url.toString().replaceFirst("/*(/v1)?/*$", ""));
  }

  private static Map<String, String> checked(Map<String, String> headers) {
    var byName = new TreeMap<String, String>();
    headers.forEach((name, value) -> byName.put(name.toLowerCase(Locale.ROOT), value));
    byName.forEach((name, value) -> {
      require(name.matches("[a-z0-9!#$%&'*+.^_`|~-]+"), "'%s' is no header name".formatted(name));
      require(
          !OWN_HEADERS.contains(name),
          "header '%s' is set by the client itself; leave it out".formatted(name));
      require(
          isHeaderValue(value),
          "the value of header '%s' is blank or holds characters other than visible ASCII"
              .formatted(name));
    });
    return Map.copyOf(byName);
  }

  private static boolean isHeaderValue(String value) {
    return value.matches("[!-~]([ -~]*[!-~])?");
  }

  private static void requireTimeout(String name, Duration timeout) {
    require(
        timeout.compareTo(Duration.ofMillis(1)) >= 0 && timeout.compareTo(Duration.ofDays(1)) <= 0,
        "%s %s must be between PT0.001S and PT24H".formatted(name, timeout));
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
