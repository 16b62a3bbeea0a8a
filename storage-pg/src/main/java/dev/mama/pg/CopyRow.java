package dev.mama.pg;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One row in PostgreSQL's binary COPY format (PostgreSQL 18 documentation, COPY, "Binary Format"):
 * the number of fields, then each field's length and bytes in the form of its type.
 *
 * <p>What PostgreSQL cannot hold is an {@link IllegalArgumentException} that names it.
 *
 * <p>Confined to the thread that makes it.
 */
final class CopyRow {

  /** What comes before the first row of a COPY: signature, flags, no extension. */
  static final byte[] HEADER = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  /** What comes after the last row. */
  static final byte[] TRAILER = {(byte) 0xFF, (byte) 0xFF};

  private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");
  private static final int NULL = -1;
  private static final byte JSONB_VERSION = 1;
  private static final String NUL = "the character U+0000";

  private ByteBuffer bytes = ByteBuffer.allocate(512);

  private CopyRow(int fields) {
    bytes.putShort((short) fields);
  }

  /**
   * A row of {@code table}.
   *
   * @throws IllegalArgumentException if PostgreSQL cannot hold one of the values
   */
  static ByteBuffer encode(Table table, @Nullable Object[] values) {
    var row = new CopyRow(values.length);
    List<Column> columns = table.columns();
    for (int i = 0; i < values.length; i++) {
      Object value = values[i];
      if (value == null) {
        row.none();
      } else {
        row.put(columns.get(i).type(), value);
      }
    }
    return ByteBuffer.wrap(Arrays.copyOf(row.bytes.array(), row.bytes.position()));
  }

  private void put(Column.Type type, Object value) {
    switch (type) {
      case TEXT -> text((String) value);
      case TIME -> timestamp((Instant) value);
      case JSON -> json((byte[]) value);
      case UUID -> uuid((UUID) value);
      case LONG -> field(Long.BYTES).putLong((Long) value);
      case DOUBLE -> field(Double.BYTES).putDouble((Double) value);
    }
  }

  private void text(String value) {
    int length = value.length();
    ByteBuffer into = room(Integer.BYTES + length);
    int start = into.position();
    into.putInt(length);
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c == 0) {
        throw new IllegalArgumentException(NUL);
      }
      if (c >= 0x80) {
        into.position(start);
        textBeyondAscii(value);
        return;
      }
      into.put((byte) c);
    }
  }

  private void textBeyondAscii(String value) {
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(NUL);
    }
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
      field(encoded.remaining()).put(encoded);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("half of a surrogate pair", e);
    }
  }

  private void json(byte[] value) {
    if (escapesNul(value)) {
      throw new IllegalArgumentException(NUL);
    }
    field(1 + value.length).put(JSONB_VERSION).put(value);
  }

  private void timestamp(Instant value) {
    try {
      long micros = ChronoUnit.MICROS.between(EPOCH, value.truncatedTo(ChronoUnit.MICROS));
      field(Long.BYTES).putLong(micros);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("the time " + value, e);
    }
  }

  private void uuid(UUID value) {
    field(2 * Long.BYTES)
        .putLong(value.getMostSignificantBits())
        .putLong(value.getLeastSignificantBits());
  }

  private void none() {
    room(Integer.BYTES).putInt(NULL);
  }

  private ByteBuffer field(int length) {
    return room(Integer.BYTES + length).putInt(length);
  }

  private ByteBuffer room(int wanted) {
    if (bytes.remaining() < wanted) {
      int size = Math.max(2 * bytes.capacity(), bytes.position() + wanted);
      bytes = ByteBuffer.allocate(size).put(bytes.flip());
    }
    return bytes;
  }

  /** jsonb holds every character but this one; JSON can have it only as an escape. */
  private static boolean escapesNul(byte[] json) {
    for (int i = 0; i < json.length - 5; i++) {
      if (json[i] == '\\') {
        i++; // the escaped character, which may itself be a backslash
        if (json[i] == 'u'
            && json[i + 1] == '0'
            && json[i + 2] == '0'
            && json[i + 3] == '0'
            && json[i + 4] == '0') {
          return true;
        }
      }
    }
    return false;
  }
}
