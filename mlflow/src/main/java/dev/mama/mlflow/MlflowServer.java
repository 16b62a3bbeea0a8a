package dev.mama.mlflow;

import java.net.URI;
import java.time.Duration;

/**
 * Where an MLflow tracking server is, and how it is used. Start with {@link #at}.
 *
 * <p>Immutable. {@link #toString} leaves passwords and tokens out.
 *
 * @param uri {@code http} or {@code https}, host and port, with {@code user:password@} where the
 *     server asks for them
 * @param token sent as a bearer token; empty if none is asked for
 * @param experiment the MLflow experiment that runs belong to; made where it is missing
 * @param interval how often figures are sent, at least 100 ms
 * @param timeout for each request, and for closing
 */
public record MlflowServer(
    URI uri, String token, String experiment, Duration interval, Duration timeout) {

  private static final Duration SHORTEST = Duration.ofMillis(100);

  /**
   * @throws IllegalArgumentException if a value is out of its range
   */
  public MlflowServer {
    String scheme = uri.getScheme();
    require(
        ("http".equals(scheme) || "https".equals(scheme)) && uri.getHost() != null,
        "MLflow tracking URI '%s' must have the form http://host:port or https://host:port"
            .formatted(withoutUser(uri)));
    require(!experiment.isBlank(), "the MLflow experiment needs a name");
    require(
        interval.compareTo(SHORTEST) >= 0,
        "interval is %s; it must be at least %s".formatted(interval, SHORTEST));
    require(timeout.isPositive(), "timeout is %s; it must be more than zero".formatted(timeout));
  }

  /** The server at {@code uri}: experiment {@code mama}, figures each 2 s, 10 s for a request. */
  public static MlflowServer at(URI uri) {
    return new MlflowServer(uri, "", "mama", Duration.ofSeconds(2), Duration.ofSeconds(10));
  }

  /** With a bearer token. */
  public MlflowServer withToken(String wanted) {
    return new MlflowServer(uri, wanted, experiment, interval, timeout);
  }

  /** With runs in the MLflow experiment {@code wanted}. */
  public MlflowServer withExperiment(String wanted) {
    return new MlflowServer(uri, token, wanted, interval, timeout);
  }

  /** With figures sent each {@code each}, and {@code limit} for a request. */
  public MlflowServer withTimes(Duration each, Duration limit) {
    return new MlflowServer(uri, token, experiment, each, limit);
  }

  /** The URI without user and password. */
  @Override
  public String toString() {
    return withoutUser(uri);
  }

  private static String withoutUser(URI uri) {
    String user = uri.getRawUserInfo();
    return user == null ? uri.toString() : uri.toString().replace(user + "@", "");
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
