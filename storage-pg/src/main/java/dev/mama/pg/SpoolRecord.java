package dev.mama.pg;

import dev.mama.ExperimentId;
import dev.mama.StorageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a spool's journal: one row, or the rows of one batch with its id. Both carry the
 * version of the columns and when the first row was accepted, in milliseconds.
 *
 * <pre>
 * row    1, version, 8 bytes of time, the row as in binary COPY
 * batch  2, version, 8 bytes of time, 16 bytes of id, the rows one after another
 * </pre>
 *
 * <p>Immutable.
 *
 * @param id the batch's id, or null of a row
 */
record SpoolRecord(long acceptedMillis, @Nullable UUID id, List<Row> rows) {

  private static final byte ROW = 1;
  private static final byte BATCH = 2;

  /** Of {@link Table}'s columns; raised when they change. */
  private static final byte COLUMNS = 1;

  private static final int HEAD = 2 + Long.BYTES;

  static ByteBuffer of(Row row, long acceptedMillis) {
    return ByteBuffer.allocate(HEAD + row.bytes())
        .put(ROW)
        .put(COLUMNS)
        .putLong(acceptedMillis)
        .put(row.encoded().duplicate())
        .flip();
  }

  static ByteBuffer of(UUID id, List<Row> rows, long acceptedMillis) {
    int size = HEAD + 2 * Long.BYTES + rows.stream().mapToInt(Row::bytes).sum();
    ByteBuffer bytes =
        ByteBuffer.allocate(size)
            .put(BATCH)
            .put(COLUMNS)
            .putLong(acceptedMillis)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits());
    rows.forEach(row -> bytes.put(row.encoded().duplicate()));
    return bytes.flip();
  }

  /** Reads a copy of {@code payload}. */
  static SpoolRecord read(Table table, ByteBuffer payload) {
    ByteBuffer bytes = ByteBuffer.allocate(payload.remaining()).put(payload).flip();
    byte kind = bytes.get();
    byte version = bytes.get();
    if (version != COLUMNS || (kind != ROW && kind != BATCH)) {
      throw new StorageException(
          "the spool of table '%s' has a record of kind %d, version %d; open it with the release that wrote it"
              .formatted(table.tableName(), kind, version),
          null);
    }
    long millis = bytes.getLong();
    UUID id = kind == BATCH ? new UUID(bytes.getLong(), bytes.getLong()) : null;
    List<Row> rows = new ArrayList<>();
    while (bytes.hasRemaining()) {
      rows.add(row(table, bytes));
    }
    return new SpoolRecord(millis, id, rows);
  }

  /** The next row, whose experiment is its first field and whose id is its last. */
  private static Row row(Table table, ByteBuffer bytes) {
    int start = bytes.position();
    int fields = bytes.getShort();
    String experiment = "";
    for (int i = 0; i < fields; i++) {
      int length = Math.max(0, bytes.getInt());
      byte[] field = new byte[i == 0 ? length : 0];
      bytes.get(field).position(bytes.position() + length - field.length);
      experiment = i == 0 ? new String(field, StandardCharsets.UTF_8) : experiment;
    }
    int end = bytes.position();
    UUID id = new UUID(bytes.getLong(end - 2 * Long.BYTES), bytes.getLong(end - Long.BYTES));
    return new Row(table, ExperimentId.of(experiment), id, bytes.slice(start, end - start));
  }
}
