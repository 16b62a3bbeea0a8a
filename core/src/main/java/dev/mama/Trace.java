package dev.mama;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A W3C trace context (<a href="https://www.w3.org/TR/trace-context/">Trace Context, Level 1</a>):
 * the id that one request keeps through agents, MQTT, model calls and database rows, and the id of
 * the step within it.
 *
 * <p>Immutable.
 *
 * @param high upper 64 bits of the trace id
 * @param low lower 64 bits of the trace id; not both are 0
 * @param span id of the step, not 0
 */
public record Trace(long high, long low, long span) {

  /**
   * @throws IllegalArgumentException if the trace id or the span id is all zeros
   */
  public Trace {
    if ((high | low) == 0 || span == 0) {
      throw new IllegalArgumentException("trace id and span id must not be all zeros");
    }
  }

  /**
   * A new trace with a random id; ids are for finding rows, so they do not follow an experiment's
   * seed.
   */
  public static Trace start() {
    var random = ThreadLocalRandom.current();
    return new Trace(random.nextLong(), nextSpan(), nextSpan());
  }

  /**
   * Reads a {@code traceparent} header.
   *
   * @throws IllegalArgumentException if it is not of that form
   */
  public static Trace parse(String traceparent) {
    if (!isTraceparent(traceparent)) {
      throw new IllegalArgumentException(
          "'%s' is not a W3C traceparent (00-<32 hex>-<16 hex>-<2 hex>)".formatted(traceparent));
    }
    return new Trace(
        HexFormat.fromHexDigitsToLong(traceparent, 3, 19),
        HexFormat.fromHexDigitsToLong(traceparent, 19, 35),
        HexFormat.fromHexDigitsToLong(traceparent, 36, 52));
  }

  /** Whether it begins with two, 32, 16 and two lower-case hexadecimal digits, hyphens between. */
  private static boolean isTraceparent(String text) {
    for (int i = 0; i < 55; i++) {
      if (i >= text.length()) {
        return false;
      }
      char c = text.charAt(i);
      boolean hyphen = i == 2 || i == 35 || i == 52;
      boolean hexadecimal = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
      if (hyphen ? c != '-' : !hexadecimal) {
        return false;
      }
    }
    return true;
  }

  /** The next step of the same trace. */
  public Trace child() {
    return new Trace(high, low, nextSpan());
  }

  /** The trace id, 32 lower-case hexadecimal digits. */
  public String traceId() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(high) + hex.toHexDigits(low);
  }

  /** The {@code traceparent} header, sampled. */
  public String traceparent() {
    return "00-" + traceId() + "-" + HexFormat.of().toHexDigits(span) + "-01";
  }

  @Override
  public String toString() {
    return traceId();
  }

  private static long nextSpan() {
    long random = ThreadLocalRandom.current().nextLong();
    return random == 0 ? 1 : random;
  }
}
