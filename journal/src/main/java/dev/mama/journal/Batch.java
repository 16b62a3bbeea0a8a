package dev.mama.journal;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Records that are written together, or refused together: those that came while the writer was busy
 * with the ones before.
 *
 * <p>Filled under the journal's lock, then confined to the writer.
 */
final class Batch {

  private static final byte[] NOTHING = {};
  private static final int LARGEST_SPARE = 1 << 20;

  /** They have been handed to the operating system. */
  final Outcome written = new Outcome();

  /** They have been forced; set before {@link #written} is done. */
  Outcome synced = written;

  private final long firstSequence;
  private byte[] bytes;
  private int size;
  private int records;

  /** An empty batch that fills {@code bytes}. */
  Batch(long firstSequence, byte[] bytes) {
    this.firstSequence = firstSequence;
    this.bytes = bytes;
  }

  /** Adds a record, its checksum left out, and returns its sequence. */
  long add(ByteBuffer payload) {
    int length = payload.remaining();
    int end = size + Segment.RECORD_HEADER + length;
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.max(end, 2L * bytes.length));
    }
    long sequence = firstSequence + records;
    ByteBuffer.wrap(bytes, size, end - size)
        .putInt(0)
        .putInt(length)
        .putLong(sequence)
        .put(payload);
    size = end;
    records++;
    return sequence;
  }

  long firstSequence() {
    return firstSequence;
  }

  /** The sequence after the last record. */
  long endSequence() {
    return firstSequence + records;
  }

  int records() {
    return records;
  }

  int size() {
    return size;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Lets go of the bytes, and returns them to be filled again unless they have become many. */
  byte[] release() {
    byte[] released = bytes;
    bytes = NOTHING;
    return released.length <= LARGEST_SPARE ? released : NOTHING;
  }
}
