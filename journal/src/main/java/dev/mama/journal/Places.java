package dev.mama.journal;

import java.util.Arrays;

/**
 * Where some of a segment's records begin, about one in every {@value #EVERY} bytes, so that a
 * record is read without all that stands before it.
 *
 * <p>Thread-safe.
 */
final class Places {

  private static final int EVERY = 1 << 15;

  private long[] sequences = new long[8]; // by the monitor, as are the others
  private long[] offsets = new long[8];
  private int size;

  /** Where a record begins. */
  record Place(long sequence, long offset) {}

  /** The record {@code sequence} begins at {@code offset}; to be told in order. */
  synchronized void note(long sequence, long offset) {
    if (size > 0 && offset - offsets[size - 1] < EVERY) {
      return;
    }
    if (size == sequences.length) {
      sequences = Arrays.copyOf(sequences, 2 * size);
      offsets = Arrays.copyOf(offsets, 2 * size);
    }
    sequences[size] = sequence;
    offsets[size++] = offset;
  }

  /** The last known record up to {@code sequence}; the segment's beginning where none is known. */
  synchronized Place before(long sequence, Segment segment) {
    int at = Arrays.binarySearch(sequences, 0, size, sequence);
    int place = at >= 0 ? at : -at - 2;
    return place < 0
        ? new Place(segment.firstSequence(), Segment.HEADER)
        : new Place(sequences[place], offsets[place]);
  }
}
