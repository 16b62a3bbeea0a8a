package dev.mama.pg;

import java.util.Locale;

/**
 * A column of a {@link Table}: its name, and what stands in it.
 *
 * <p>Immutable.
 */
record Column(String name, Type type) {

  /** What stands in a column, and as what it is handed over; null where the table allows it. */
  enum Type {
    /** {@link String}. */
    TEXT,
    /** {@link java.time.Instant}, kept to the microsecond. */
    TIME,
    /** UTF-8 JSON as {@code byte[]}. */
    JSON,
    /** {@link java.util.UUID}. */
    UUID,
    /** {@link Long}. */
    LONG,
    /** {@link Double}. */
    DOUBLE
  }

  /** Reads {@code name:type}; the type is text where it is left out. */
  static Column of(String spec) {
    int colon = spec.indexOf(':');
    return colon < 0
        ? new Column(spec, Type.TEXT)
        : new Column(
            spec.substring(0, colon),
            Type.valueOf(spec.substring(colon + 1).toUpperCase(Locale.ROOT)));
  }
}
