package dev.mama.pg;

import dev.mama.AgentId;
import dev.mama.Trace;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The values of a row, taken one after another.
 *
 * <p>Confined to the thread that reads the row.
 */
final class Values {

  private final @Nullable Object[] values;
  private int next;

  Values(@Nullable Object[] values) {
    this.values = values;
  }

  String text() {
    return (String) value();
  }

  @Nullable String maybeText() {
    return (String) values[next++];
  }

  AgentId agent() {
    return AgentId.of(text());
  }

  Instant time() {
    return (Instant) value();
  }

  byte[] json() {
    return (byte[]) value();
  }

  byte @Nullable [] maybeJson() {
    return (byte[]) values[next++];
  }

  UUID uuid() {
    return (UUID) value();
  }

  double number() {
    return (Double) value();
  }

  long integer() {
    return (Long) value();
  }

  Trace trace() {
    return trace(text(), text());
  }

  @Nullable Trace maybeTrace() {
    String trace = maybeText();
    String span = maybeText();
    return trace == null || span == null ? null : trace(trace, span);
  }

  void skip(int columns) {
    next += columns;
  }

  private Object value() {
    return Objects.requireNonNull(values[next++]);
  }

  private static Trace trace(String trace, String span) {
    return Trace.parse("00-" + trace + "-" + span + "-01");
  }
}
