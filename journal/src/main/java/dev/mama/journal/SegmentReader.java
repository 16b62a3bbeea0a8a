package dev.mama.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Reads one segment from its beginning, a window of its bytes at a time.
 *
 * <p>Confined to one thread.
 */
final class SegmentReader implements AutoCloseable {

  /** What came next. */
  enum Item {
    RECORD,
    MARK,
    /** The file ends after a whole item. */
    END,
    /** Something that is no whole item; {@link #fault} describes it. */
    BROKEN
  }

  private static final int WINDOW = 1 << 16;

  private final Storage storage;
  private final Segment segment;
  private final Storage.File file;
  private final long size;
  private final CRC32C crc = new CRC32C();

  private ByteBuffer window = ByteBuffer.allocate(WINDOW).limit(0);
  private long windowAt;

  private long offset = Segment.HEADER;
  private long nextSequence;
  private long released;
  private int payloadBytes;
  private String expected = "";

  private SegmentReader(Storage storage, Segment segment, Storage.File file) throws IOException {
    this.storage = storage;
    this.segment = segment;
    this.file = file;
    this.size = file.size();
    this.nextSequence = segment.firstSequence();
    this.released = segment.released();
  }

  /** Opens {@code name} and checks its header; see {@link Segment#read}. */
  static SegmentReader open(Storage storage, String name, String application) throws IOException {
    Storage.File file = storage.openToRead(name);
    try {
      return new SegmentReader(storage, Segment.read(storage, name, file, application), file);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  Segment segment() {
    return segment;
  }

  /** Where the last whole item ends. */
  long offset() {
    return offset;
  }

  /** The sequence of the record that comes next. */
  long nextSequence() {
    return nextSequence;
  }

  /** The first sequence that is kept, as the last mark says. */
  long released() {
    return released;
  }

  /** The bytes of the file. */
  long size() {
    return size;
  }

  /** The payload of the record just read, until the next call. */
  ByteBuffer payload() {
    int end = (int) (offset - windowAt);
    return window.slice(end - payloadBytes, payloadBytes).asReadOnlyBuffer();
  }

  /** What is wrong at {@link #offset}, where a whole item should be. */
  JournalException fault() {
    return new JournalException(
        new JournalFault.Damaged(storage.path(segment.name()), offset, expected), null);
  }

  /** Goes to where a record begins, as was noted when it was written or read. */
  void goTo(Places.Place place) {
    nextSequence = place.sequence();
    offset = place.offset();
  }

  /**
   * Goes past the next item, if it is whole.
   *
   * @throws JournalException if it is whole and its sequence is not its turn
   */
  Item next() throws IOException {
    long left = size - offset;
    if (left == 0) {
      expected = "the record " + nextSequence;
      return Item.END;
    }
    if (left < Segment.RECORD_HEADER) {
      return broken("a record of at least " + Segment.RECORD_HEADER + " bytes");
    }
    load(offset, Segment.RECORD_HEADER);
    int length = window.getInt(position() + 4);
    boolean mark = length == Segment.MARK_LENGTH;
    long itemBytes = mark ? Segment.MARK : (long) Segment.RECORD_HEADER + length;
    if (!mark && length < 0) {
      return broken("the length of a payload, not " + length);
    }
    if (itemBytes > left) {
      return broken("a record of " + itemBytes + " bytes");
    }
    load(offset, (int) itemBytes);
    if (!isWhole(position(), (int) itemBytes)) {
      return broken("a record of " + itemBytes + " bytes that fits its checksum");
    }
    long sequence = window.getLong(position() + 8);
    if (sequence != nextSequence) {
      throw new JournalException(
          new JournalFault.OutOfOrder(storage.path(segment.name()), offset, nextSequence, sequence),
          null);
    }
    if (mark) {
      released = window.getLong(position() + Segment.RECORD_HEADER);
    } else {
      segment.places().note(sequence, offset);
      nextSequence++;
    }
    payloadBytes = (int) itemBytes - Segment.RECORD_HEADER;
    offset += itemBytes;
    return mark ? Item.MARK : Item.RECORD;
  }

  /**
   * Whether a whole mark stands anywhere after {@link #offset}: then what is broken here had been
   * forced, and no crash explains it.
   */
  boolean marksLater() throws IOException {
    for (long at = offset + 1; at + Segment.MARK <= size; at++) {
      load(at, Segment.MARK);
      int position = (int) (at - windowAt);
      if (window.getInt(position + 4) == Segment.MARK_LENGTH && isWhole(position, Segment.MARK)) {
        return true;
      }
    }
    return false;
  }

  private Item broken(String expected) {
    this.expected = expected;
    return Item.BROKEN;
  }

  private int position() {
    return (int) (offset - windowAt);
  }

  private boolean isWhole(int position, int bytes) {
    return window.getInt(position) == segment.checksum(crc, window.array(), position, bytes);
  }

  /** Puts {@code bytes} bytes of the file from {@code at} on into the window. */
  private void load(long at, int bytes) throws IOException {
    if (at >= windowAt && at + bytes <= windowAt + window.limit()) {
      return;
    }
    window = bytes > window.capacity() ? ByteBuffer.allocate(bytes) : window.clear();
    windowAt = at;
    while (window.position() < bytes) {
      if (file.read(window, at + window.position()) < 0) {
        throw new IOException("%s has become shorter".formatted(storage.path(segment.name())));
      }
    }
    window.flip();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
