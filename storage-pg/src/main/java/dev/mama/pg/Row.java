package dev.mama.pg;

import dev.mama.Event;
import dev.mama.ExperimentId;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * An event as a row of its table, ready for COPY.
 *
 * <p>Immutable.
 *
 * @param encoded the row in binary COPY format; only duplicates of it are read
 */
record Row(Table table, ExperimentId experiment, UUID id, ByteBuffer encoded) {

  /**
   * @throws IllegalArgumentException if PostgreSQL cannot hold part of it; the message names that
   * @throws dev.mama.PayloadException if the payload cannot be written as JSON
   */
  static Row of(Event event) {
    Table table = Table.of(event);
    var encoded = CopyRow.encode(table, EventColumns.of(event));
    return new Row(table, event.experiment(), event.id(), encoded);
  }

  int bytes() {
    return encoded.remaining();
  }
}
