package dev.mama.pg;

import dev.mama.Event;
import dev.mama.ExperimentId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * An event as a record of its table's Avro schema: the columns of the table, JSON as text, times as
 * microseconds, ids as text.
 *
 * <p>Immutable.
 *
 * @param encoded the record in Avro's binary encoding; only duplicates of it are read
 */
record ArchiveRow(Table table, ExperimentId experiment, ByteBuffer encoded) {

  private static final Map<Table, Schema> SCHEMAS = new EnumMap<>(Table.class);

  static {
    for (Table table : Table.values()) {
      SCHEMAS.put(table, read(table));
    }
  }

  /**
   * @throws IllegalArgumentException if a file cannot hold part of it; the message names that
   * @throws dev.mama.PayloadException if the payload cannot be written as JSON
   */
  static ArchiveRow of(Event event) {
    Table table = Table.of(event);
    @Nullable Object[] values = EventColumns.of(event);
    var record = new GenericData.Record(schema(table));
    for (int i = 0; i < values.length; i++) {
      Object value = values[i];
      record.put(i, value == null ? null : written(table.columns().get(i).type(), value));
    }
    var out = new ByteArrayOutputStream(512);
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    try {
      new GenericDatumWriter<IndexedRecord>(schema(table)).write(record, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return new ArchiveRow(table, event.experiment(), ByteBuffer.wrap(out.toByteArray()));
  }

  /** The event that was written as {@code record}. */
  static Event read(Table table, IndexedRecord record) {
    List<Column> columns = table.columns();
    @Nullable Object[] values = new @Nullable Object[columns.size()];
    for (int i = 0; i < values.length; i++) {
      Object value = record.get(i);
      values[i] = value == null ? null : read(columns.get(i).type(), value);
    }
    return EventColumns.read(table, values);
  }

  static Schema schema(Table table) {
    return Objects.requireNonNull(SCHEMAS.get(table));
  }

  int bytes() {
    return encoded.remaining();
  }

  private static Object written(Column.Type type, Object value) {
    return switch (type) {
      case TEXT -> text((String) value);
      case TIME -> micros((Instant) value);
      case JSON -> new Utf8((byte[]) value);
      case UUID -> value.toString();
      case LONG, DOUBLE -> value;
    };
  }

  private static Object read(Column.Type type, Object value) {
    return switch (type) {
      case TEXT -> value.toString();
      case TIME -> Instant.EPOCH.plus((Long) value, ChronoUnit.MICROS);
      case JSON -> value.toString().getBytes(StandardCharsets.UTF_8);
      case UUID -> UUID.fromString(value.toString());
      case LONG, DOUBLE -> value;
    };
  }

  private static String text(String value) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
      throw new IllegalArgumentException("half of a surrogate pair");
    }
    return value;
  }

  private static long micros(Instant at) {
    try {
      return ChronoUnit.MICROS.between(Instant.EPOCH, at.truncatedTo(ChronoUnit.MICROS));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("the time " + at, e);
    }
  }

  private static Schema read(Table table) {
    String name = "archive/%s.avsc".formatted(table.tableName());
    try (InputStream in = ArchiveRow.class.getResourceAsStream(name)) {
      return new Schema.Parser().parse(Objects.requireNonNull(in, name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
