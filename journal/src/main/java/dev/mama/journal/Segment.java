package dev.mama.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One file of a journal as its header describes it, and the sizes of format version 1; see {@code
 * docs/journal-format.md}. All numbers are big-endian.
 *
 * <p>Immutable, but for its {@link #places}.
 */
final class Segment {

  static final int VERSION = 1;

  /** Bytes of a header. */
  static final int HEADER = 64;

  /** Bytes before a record's payload: checksum, length, sequence. */
  static final int RECORD_HEADER = 16;

  /** Bytes of a mark: a record's header and the first sequence that is kept. */
  static final int MARK = 24;

  /** What stands in a mark for the length of a payload. */
  static final int MARK_LENGTH = -1;

  /** Where the checksummed part of a record begins. */
  private static final int CHECKED = 4;

  private static final long MAGIC = 0x4d414d414a524e4cL; // "MAMAJRNL"
  private static final int TAG = 40;
  private static final int TAG_BYTES = 16;
  private static final int HEADER_CHECKSUM = HEADER - 4;
  private static final Pattern NAME = Pattern.compile("\\d{20}\\.journal");

  private final long firstSequence;
  private final long released;
  private final byte[] salt;
  private final Places places = new Places();

  Segment(long firstSequence, long released, long salt) {
    this.firstSequence = firstSequence;
    this.released = released;
    this.salt = ByteBuffer.allocate(Long.BYTES).putLong(salt).array();
  }

  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  static String name(long firstSequence) {
    return "%020d.journal".formatted(firstSequence);
  }

  String name() {
    return name(firstSequence);
  }

  long firstSequence() {
    return firstSequence;
  }

  /** Where some of its records begin, as far as this object has been told. */
  Places places() {
    return places;
  }

  /** The first sequence that the journal kept when this segment was begun. */
  long released() {
    return released;
  }

  /** This segment's header. */
  ByteBuffer header(String application) {
    byte[] bytes = new byte[HEADER];
    ByteBuffer header = ByteBuffer.wrap(bytes);
    header.putLong(MAGIC).putInt(VERSION).putInt(0);
    header.putLong(firstSequence).putLong(released).put(salt);
    header.put(application.getBytes(StandardCharsets.US_ASCII));
    header.putInt(HEADER_CHECKSUM, headerChecksum(bytes));
    return header.clear();
  }

  /**
   * The segment that begins {@code file}.
   *
   * @throws JournalException if the header is not whole, of another version or another application
   */
  static Segment read(Storage storage, String name, Storage.File file, String application)
      throws IOException {
    byte[] bytes = new byte[HEADER];
    ByteBuffer header = ByteBuffer.wrap(bytes);
    while (header.hasRemaining() && file.read(header, header.position()) >= 0) {}
    JournalFault fault = fault(storage, name, bytes, header.position(), application);
    if (fault != null) {
      throw new JournalException(fault, null);
    }
    return new Segment(header.getLong(16), header.getLong(24), header.getLong(32));
  }

  private static @Nullable JournalFault fault(
      Storage storage, String name, byte[] bytes, int size, String application) {
    if (size < HEADER) {
      return new JournalFault.Damaged(
          storage.path(name), size, "a header of %d bytes".formatted(HEADER));
    }
    ByteBuffer header = ByteBuffer.wrap(bytes);
    if (header.getLong(0) != MAGIC) {
      return new JournalFault.ForeignFile(storage.path(name));
    }
    if (header.getInt(8) != VERSION) {
      return new JournalFault.OtherVersion(storage.path(name), header.getInt(8));
    }
    if (header.getInt(HEADER_CHECKSUM) != headerChecksum(bytes)) {
      return new JournalFault.Damaged(storage.path(name), 0, "a header that fits its checksum");
    }
    if (!name.equals(name(header.getLong(16)))) {
      return new JournalFault.Damaged(
          storage.path(name),
          16,
          "the first sequence %d of the file's name"
              .formatted(Long.parseLong(name.substring(0, 20))));
    }
    String found = new String(bytes, TAG, TAG_BYTES, StandardCharsets.US_ASCII).replace("\0", "");
    return found.equals(application)
        ? null
        : new JournalFault.OtherApplication(storage.path(name), found, application);
  }

  private static int headerChecksum(byte[] header) {
    CRC32C crc = new CRC32C();
    crc.update(header, 0, HEADER_CHECKSUM);
    return (int) crc.getValue();
  }

  /**
   * The checksum of the record of {@code size} bytes that begins at {@code bytes[at]}. It covers
   * this segment's salt, too, so that bytes of another segment, or of a payload that looks like a
   * record, are not taken for one.
   */
  int checksum(CRC32C crc, byte[] bytes, int at, int size) {
    crc.reset();
    crc.update(salt);
    crc.update(bytes, at + CHECKED, size - CHECKED);
    return (int) crc.getValue();
  }

  /** A mark that says: all before me is forced, all before {@code released} is not needed. */
  byte[] mark(CRC32C crc, long nextSequence, long released) {
    byte[] mark = new byte[MARK];
    ByteBuffer.wrap(mark).putInt(0).putInt(MARK_LENGTH).putLong(nextSequence).putLong(released);
    ByteBuffer.wrap(mark).putInt(checksum(crc, mark, 0, MARK));
    return mark;
  }
}
