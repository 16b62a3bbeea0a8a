package dev.mama.testkit;

import dev.mama.Time;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * A provider's limit: so many calls per window and key, and beyond it status 429 with the time to
 * wait in one of the forms that providers use. The first call of a key opens its window.
 *
 * <p>Thread-safe.
 */
public final class RateLimit {

  private final int calls;
  private final Duration window;
  private final Form form;
  private final Time time;
  private final Map<String, Window> byKey = new HashMap<>();
  private final AtomicLong refused = new AtomicLong();

  /** How a provider says when to come back. */
  public enum Form {
    /** {@code retry-after: 2}, whole seconds, rounded up. */
    SECONDS,
    /** {@code retry-after: 1.25}. */
    FRACTION,
    /** {@code retry-after-ms: 1250}. */
    MILLIS,
    /** {@code retry-after: Sun, 06 Nov 1994 08:49:37 GMT}, rounded up to seconds. */
    DATE,
    /**
     * {@code x-ratelimit-reset-requests: 1s250ms} with {@code x-ratelimit-remaining-requests: 0}.
     */
    RESET,
    /** {@code x-ratelimit-reset: 1767225630}, seconds of the epoch, rounded up. */
    EPOCH,
    /** Nothing is said. */
    NONE
  }

  private static final class Window {
    long endsAt;
    int used;
  }

  /**
   * @param calls that a key may make in one window, at least 0
   */
  public RateLimit(int calls, Duration window, Form form, Time time) {
    if (calls < 0 || !window.isPositive()) {
      throw new IllegalArgumentException(
          "a limit of %d calls in %s must be at least 0 calls in more than no time"
              .formatted(calls, window));
    }
    this.calls = calls;
    this.window = window;
    this.form = form;
    this.time = time;
  }

  /** {@code script} behind this limit. */
  public Function<Call, Answer> before(Function<Call, Answer> script) {
    return call -> {
      long wait = take(call.header("authorization").orElse(""));
      if (wait == 0) {
        return script.apply(call);
      }
      refused.incrementAndGet();
      return Answer.failure(429, hint(Duration.ofNanos(wait)));
    };
  }

  /** Calls refused so far. */
  public long refused() {
    return refused.get();
  }

  /** Returns 0, or the nanoseconds until the key's next window. */
  private synchronized long take(String key) {
    Window now = byKey.computeIfAbsent(key, k -> new Window());
    if (now.used == 0 || time.nanos() - now.endsAt >= 0) {
      now.endsAt = time.nanos() + window.toNanos();
      now.used = 0;
    }
    if (now.used >= calls) {
      return Math.max(1, now.endsAt - time.nanos());
    }
    now.used++;
    return 0;
  }

  private Map<String, String> hint(Duration wait) {
    long millis = wait.plusNanos(999_999).toMillis();
    Instant until = time.now().plusMillis(millis);
    long epoch = until.plusMillis(999).getEpochSecond();
    return switch (form) {
      case SECONDS -> Map.of("retry-after", Long.toString((millis + 999) / 1_000));
      case FRACTION -> Map.of("retry-after", String.format(Locale.ROOT, "%.3f", millis / 1_000.0));
      case MILLIS -> Map.of("retry-after-ms", Long.toString(millis));
      case DATE ->
          Map.of(
              "retry-after",
              DateTimeFormatter.RFC_1123_DATE_TIME.format(
                  Instant.ofEpochSecond(epoch).atOffset(ZoneOffset.UTC)));
      case RESET ->
          Map.of(
              "x-ratelimit-remaining-requests",
              "0",
              "x-ratelimit-reset-requests",
              "%ds%dms".formatted(millis / 1_000, millis % 1_000));
      case EPOCH -> Map.of("x-ratelimit-reset", Long.toString(epoch));
      case NONE -> Map.of();
    };
  }
}
