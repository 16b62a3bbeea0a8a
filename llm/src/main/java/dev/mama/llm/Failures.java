package dev.mama.llm;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.Time;
import dev.mama.llm.PooledHttp.TooLongException;
import io.netty.handler.proxy.HttpProxyHandler.HttpProxyConnectException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong with one endpoint, in words: who, what, why and what to do next, never a secret.
 *
 * <p>Thread-safe.
 */
final class Failures {

  private static final int ERROR_CHARS = 200;
  private static final Pattern PROXY_DENIES = Pattern.compile("status: (401|403|407)");

  private final LlmEndpoint endpoint;
  private final Time time;

  Failures(LlmEndpoint endpoint, Time time) {
    this.endpoint = endpoint;
    this.time = time;
  }

  /** The request did not leave. */
  ChatException of(String what, Reason reason) {
    return of(what, reason, 0, null, null);
  }

  /** The server was asked. */
  ChatException asked(String what, Reason reason) {
    return of(what, reason, 1, null, null);
  }

  ChatException closed() {
    return of("is closed", Reason.CLOSED);
  }

  ChatException late() {
    return of("was not asked: the deadline passed before its turn", Reason.DEADLINE);
  }

  /** Nothing came for {@code limit}, which is the rest of the deadline if {@code cut}. */
  ChatException silent(Duration limit, boolean cut) {
    return asked(
        "did not answer within %s, the %s"
            .formatted(limit, cut ? "rest of the request's deadline" : "requestTimeout"),
        cut ? Reason.DEADLINE : Reason.TIMEOUT);
  }

  /** The connection failed. */
  ChatException broken(Throwable cause) {
    if (cause instanceof TooLongException) {
      return asked("was given up: " + cause.getMessage(), Reason.MALFORMED);
    }
    if (cause instanceof RejectedExecutionException || cause instanceof TimeoutException) {
      // The pool's own two limits; admission sees to it that they are rarely met.
      return of(
          "is busy: its connections are still being opened or closed", Reason.BUSY, 0, null, cause);
    }
    if (cause instanceof HttpProxyConnectException
        && PROXY_DENIES.matcher(String.valueOf(cause.getMessage())).find()) {
      return of(
          "was not asked: its proxy refuses, %s; check the proxy's user and password"
              .formatted(cause.getMessage()),
          Reason.DENIED,
          1,
          null,
          cause);
    }
    boolean handshake =
        cause instanceof SSLHandshakeException && !(cause instanceof SslHandshakeTimeoutException);
    return of(
        "cannot be reached: %s; start the server or correct the URL".formatted(cause.getMessage()),
        cause instanceof IOException && !handshake ? Reason.UNREACHABLE : Reason.DENIED,
        1,
        null,
        cause);
  }

  /** The server answered with a status other than 200. */
  ChatException refused(int status, Map<String, String> headers, String body) {
    String hint =
        switch (status) {
          case 401, 403 -> "; check the API key";
          case 404 -> "; check the URL and the model's name";
          case 429 -> "; ask less often or later";
          default -> "";
        };
    return of(
        "answered HTTP %d: %s%s".formatted(status, excerpt(body), hint),
        reason(status),
        1,
        RetryHint.of(status, headers, time.now()).orElse(null),
        null);
  }

  /** What came is no chat completion. */
  ChatException malformed(IllegalArgumentException why, String body) {
    return asked(
        "gave an answer that is no chat completion: %s: %s; check the URL"
            .formatted(why.getMessage(), excerpt(body)),
        Reason.MALFORMED);
  }

  static Reason reason(int status) {
    return switch (status) {
      case 401, 403, 404 -> Reason.DENIED;
      case 408, 409 -> Reason.FAILED;
      case 429, 503 -> Reason.OVERLOADED;
      default -> status >= 500 ? Reason.FAILED : Reason.REFUSED;
    };
  }

  /** The beginning of a body on one line, without secrets that the server repeats. */
  String excerpt(String body) {
    String text = body.replaceAll("[\\p{Cntrl}\\s]+", " ");
    String safe = endpoint.redact(text).strip();
    return safe.length() <= ERROR_CHARS ? safe : safe.substring(0, ERROR_CHARS) + "…";
  }

  private ChatException of(
      String what,
      Reason reason,
      int attempts,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    return new ChatException(
        "chat model '%s' at %s %s".formatted(endpoint.model(), endpoint.baseUrl(), what),
        reason,
        attempts,
        retryAfter,
        cause);
  }
}
