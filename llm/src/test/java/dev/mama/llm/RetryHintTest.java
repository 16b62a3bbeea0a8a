package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every form in which servers say when to come back. */
class RetryHintTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.250Z");

  @ParameterizedTest(name = "{0}: {1} is {2} ms")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          retry-after-ms                    | 1500                          | 1500
          retry-after-ms                    | 12.3                          | 13
          retry-after-ms                    | 0                             | 0
          retry-after                       | 2                             | 2000
          retry-after                       | 0.25                          | 250
          retry-after                       | 0.0001                        | 1
          retry-after                       | ' 3 '                         | 3000
          retry-after                       | -5                            | 0
          retry-after                       | 60                            | 60000
          retry-after                       | 999999999                     | 86400000
          retry-after                       | 1767225630                    | 29750
          retry-after                       | 1767225630500                 | 30250
          retry-after                       | Thu, 01 Jan 2026 00:00:10 GMT | 9750
          retry-after                       | Wed, 31 Dec 2025 23:59:59 GMT | 0
          retry-after                       | 6m0s                          | 360000
          x-ratelimit-reset-requests        | 1s                            | 1000
          x-ratelimit-reset-tokens          | 6m0s                          | 360000
          x-ratelimit-reset-tokens          | 12ms                          | 12
          x-ratelimit-reset-tokens          | 1h2m3.5s                      | 3723500
          x-ratelimit-reset-tokens          | 1.5us                         | 1
          x-ratelimit-reset-tokens          | 900µs                         | 1
          x-ratelimit-reset-tokens          | 0s                            | 0
          x-ratelimit-reset                 | 30                            | 30000
          x-ratelimit-reset                 | 1767225630                    | 29750
          ratelimit-reset                   | 7                             | 7000
          anthropic-ratelimit-tokens-reset  | 2026-01-01T00:00:05Z          | 4750
          anthropic-ratelimit-tokens-reset  | 2026-01-01T01:00:05+01:00     | 4750
          """)
  void of_form_isRead(String header, String value, long millis) {
    assertThat(RetryHint.of(429, Map.of(header, value), NOW)).hasValue(Duration.ofMillis(millis));
  }

  @ParameterizedTest(name = "{0}: {1} says nothing")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          retry-after              | soon
          retry-after              | ''
          retry-after              | NaN
          retry-after              | Infinity
          retry-after              | 0x1p3
          retry-after              | 1e3
          retry-after              | 5 m
          retry-after              | 6months
          retry-after              | Thu, 99 Jan 2026 00:00:10 GMT
          retry-after              | 1234567890123456789012345678901234567890
          retry-after-ms           | 6m0s
          x-ratelimit-reset-tokens | m
          x-ratelimit-limit-tokens | 30
          """)
  void of_nothingReadable_isEmpty(String header, String value) {
    assertThat(RetryHint.of(429, Map.of(header, value), NOW)).isEmpty();
  }

  @Test
  void of_millisAndSeconds_takesMillis() {
    var headers = Map.of("retry-after-ms", "100", "retry-after", "9");
    assertThat(RetryHint.of(429, headers, NOW)).hasValue(Duration.ofMillis(100));
  }

  @Test
  void of_unreadableMillis_takesSeconds() {
    var headers = Map.of("retry-after-ms", "soon", "retry-after", "9");
    assertThat(RetryHint.of(429, headers, NOW)).hasValue(Duration.ofSeconds(9));
  }

  @Test
  void of_retryAfterAndReset_takesRetryAfter() {
    var headers = Map.of("x-ratelimit-reset-tokens", "6m0s", "retry-after", "9");
    assertThat(RetryHint.of(429, headers, NOW)).hasValue(Duration.ofSeconds(9));
  }

  @Test
  void of_severalResets_takesTheOneThatIsUsedUp() {
    var headers =
        Map.of(
            "x-ratelimit-remaining-requests", "0",
            "x-ratelimit-reset-requests", "1s",
            "x-ratelimit-remaining-tokens", "149984",
            "x-ratelimit-reset-tokens", "6m0s");
    assertThat(RetryHint.of(429, headers, NOW)).hasValue(Duration.ofSeconds(1));
  }

  @Test
  void of_severalResetsAndNoneKnownUsedUp_takesTheLongest() {
    var headers = Map.of("x-ratelimit-reset-requests", "1s", "x-ratelimit-reset-tokens", "6m0s");
    assertThat(RetryHint.of(429, headers, NOW)).hasValue(Duration.ofMinutes(6));
  }

  @Test
  void of_resetBesideAnotherFailure_isNoHint() {
    assertThat(RetryHint.of(500, Map.of("x-ratelimit-reset-requests", "1s"), NOW)).isEmpty();
    assertThat(RetryHint.of(500, Map.of("retry-after", "1"), NOW)).hasValue(Duration.ofSeconds(1));
  }
}
