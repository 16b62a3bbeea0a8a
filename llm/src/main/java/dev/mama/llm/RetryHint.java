package dev.mama.llm;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/*
 * How long a server that failed wants to be left alone, in every form met in the wild:
 *
 *   Retry-After-Ms: 1500.5                milliseconds, before all others (Azure OpenAI)
 *   Retry-After: 2 | 0.25                 seconds (RFC 9110), fractions too
 *   Retry-After: Sun, 06 Nov 1994 ... GMT a date (RFC 9110)
 *   x-ratelimit-reset-tokens: 6m0s | 12ms a Go duration (OpenAI); "12ms" is not twelve minutes
 *   x-ratelimit-reset: 30 | 1767225630    seconds, or where that is a moment, epoch seconds or millis
 *   anthropic-ratelimit-*-reset: 2026-... RFC 3339
 *
 * The reset headers come with every answer, so they count only where the status says that a limit
 * was hit, and of several the ones whose "remaining" is 0. A wait is rounded up to milliseconds,
 * because a moment too early is refused again, and is never negative.
 */
/** Reads Retry-After and its kin. */
final class RetryHint {

  private static final Duration LONGEST = Duration.ofDays(1);
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,15}(\\.[0-9]{1,15})?");
  private static final Pattern GO_PART =
      Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?)(h|ms|m|us|µs|ns|s)");
  private static final Pattern GO = Pattern.compile("(" + GO_PART.pattern() + ")+");
  private static final Pattern RESET = Pattern.compile(".*ratelimit-(.*-)?reset(-.*)?");
  private static final Pattern REMAINING = Pattern.compile(".*ratelimit-(.*-)?remaining(-.*)?");
  private static final BigDecimal EPOCH_SECONDS = BigDecimal.valueOf(1_000_000_000L);
  private static final BigDecimal EPOCH_MILLIS = BigDecimal.valueOf(1_000_000_000_000L);

  private RetryHint() {}

  /**
   * The wait that {@code headers} ask for, in [0, 24 h], whole milliseconds; empty if they say
   * nothing that can be read.
   *
   * @param headers by lower-case name
   */
  static Optional<Duration> of(int status, Map<String, String> headers, Instant now) {
    return Optional.ofNullable(headers.get("retry-after-ms"))
        .flatMap(RetryHint::millis)
        .or(() -> Optional.ofNullable(headers.get("retry-after")).flatMap(v -> wait(v, now)))
        .or(() -> status == 429 || status == 503 ? reset(headers, now) : Optional.empty())
        .map(RetryHint::limited);
  }

  private static Optional<Duration> reset(Map<String, String> headers, Instant now) {
    boolean known =
        headers.entrySet().stream()
            .anyMatch(h -> REMAINING.matcher(h.getKey()).matches() && h.getValue().equals("0"));
    return headers.entrySet().stream()
        .filter(h -> RESET.matcher(h.getKey()).matches())
        .filter(h -> !known || "0".equals(headers.get(h.getKey().replace("reset", "remaining"))))
        .flatMap(h -> wait(h.getValue(), now).stream())
        .max(Comparator.naturalOrder());
  }

  /** Seconds, a moment, or a Go duration. */
  private static Optional<Duration> wait(String text, Instant now) {
    String value = text.strip();
    if (NUMBER.matcher(value).matches()) {
      var number = new BigDecimal(value);
      if (number.compareTo(EPOCH_MILLIS) > 0) {
        return Optional.of(Duration.between(now, Instant.ofEpochMilli(number.longValue())));
      }
      return Optional.of(
          number.compareTo(EPOCH_SECONDS) > 0
              ? Duration.between(now, Instant.ofEpochMilli(number.movePointRight(3).longValue()))
              : seconds(number));
    }
    return GO.matcher(value).matches() ? Optional.of(go(value)) : date(value, now);
  }

  private static Optional<Duration> millis(String text) {
    String value = text.strip();
    return NUMBER.matcher(value).matches()
        ? Optional.of(seconds(new BigDecimal(value).movePointLeft(3)))
        : Optional.empty();
  }

  private static Duration go(String value) {
    var sum = Duration.ZERO;
    var parts = GO_PART.matcher(value);
    while (parts.find()) {
      var unit =
          switch (parts.group(2)) {
            case "h" -> BigDecimal.valueOf(3_600);
            case "m" -> BigDecimal.valueOf(60);
            case "s" -> BigDecimal.ONE;
            case "ms" -> BigDecimal.ONE.movePointLeft(3);
            case "ns" -> BigDecimal.ONE.movePointLeft(9);
            default -> BigDecimal.ONE.movePointLeft(6);
          };
      sum = sum.plus(seconds(new BigDecimal(parts.group(1)).multiply(unit)));
    }
    return sum;
  }

  private static Optional<Duration> date(String value, Instant now) {
    try {
      var format =
          value.contains(",")
              ? DateTimeFormatter.RFC_1123_DATE_TIME
              : DateTimeFormatter.ISO_DATE_TIME;
      return Optional.of(Duration.between(now, Instant.from(format.parse(value))));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Duration seconds(BigDecimal seconds) {
    var nanos = seconds.movePointRight(9).setScale(0, RoundingMode.CEILING);
    return nanos.precision() > 18 ? LONGEST : Duration.ofNanos(nanos.longValue());
  }

  private static Duration limited(Duration wait) {
    if (wait.isNegative()) {
      return Duration.ZERO;
    }
    Duration up = Duration.ofMillis(wait.plusNanos(999_999).toMillis());
    return up.compareTo(LONGEST) > 0 ? LONGEST : up;
  }
}
