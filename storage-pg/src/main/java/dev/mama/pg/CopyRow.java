package dev.mama.pg;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
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

  CopyRow(int fields) {
    bytes.putShort((short) fields);
  }

  CopyRow text(@Nullable String value) {
    if (value == null) {
      return none();
    }
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(NUL);
    }
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
      field(encoded.remaining()).put(encoded);
      return this;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("half of a surrogate pair", e);
    }
  }

  CopyRow json(byte @Nullable [] value) {
    if (value == null) {
      return none();
    }
    if (escapesNul(value)) {
      throw new IllegalArgumentException(NUL);
    }
    field(1 + value.length).put(JSONB_VERSION).put(value);
    return this;
  }

  CopyRow timestamp(Instant value) {
    try {
      long micros = ChronoUnit.MICROS.between(EPOCH, value.truncatedTo(ChronoUnit.MICROS));
      field(Long.BYTES).putLong(micros);
      return this;
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("the time " + value, e);
    }
  }

  CopyRow uuid(UUID value) {
    field(2 * Long.BYTES)
        .putLong(value.getMostSignificantBits())
        .putLong(value.getLeastSignificantBits());
    return this;
  }

  ByteBuffer encoded() {
    return ByteBuffer.wrap(Arrays.copyOf(bytes.array(), bytes.position()));
  }

  private CopyRow none() {
    room(Integer.BYTES).putInt(NULL);
    return this;
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
