package dev.mama.journal;

import dev.mama.journal.SegmentReader.Item;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/*
 * What a crash may leave, and nothing else, is repaired:
 *
 * - A last segment whose header is not whole and that has nothing behind it: it was being begun.
 *   The header is forced before the first record is written, so no record is lost with it.
 * - A torn tail of the last segment. Bytes that were not forced may be there or not, sector by
 *   sector; records end at the first that is broken. A mark is written after each force, so a
 *   broken record with a whole mark somewhere behind it had been forced: that is damage.
 * - Segments before the one that the last mark names as the first kept: their deletion had begun.
 *
 * A segment is forced before the next one is begun, hence every other segment must be whole.
 */

/** Finds out what a folder holds, and opens its end for writing. */
final class Recovery {

  private final Storage storage;
  private final JournalOptions options;
  private long cutBytes;

  Recovery(Storage storage, JournalOptions options) {
    this.storage = storage;
    this.options = options;
  }

  /** Bytes that were cut off. */
  long cutBytes() {
    return cutBytes;
  }

  /**
   * Reads every record once.
   *
   * @throws JournalException if the folder holds what no crash explains; nothing has been changed
   */
  SegmentWriter open(LongSupplier salts) throws IOException {
    List<String> names = names();
    boolean begun = !names.isEmpty() && isUnbegun(names.get(names.size() - 1));
    String unbegun = begun ? names.remove(names.size() - 1) : "";
    if (names.isEmpty()) {
      if (begun && !unbegun.equals(Segment.name(1))) {
        throw missing(1);
      }
      return SegmentWriter.begin(storage, options, salts);
    }
    try (SegmentReader last = reader(names.remove(names.size() - 1))) {
      Item end = skip(last);
      if (end == Item.BROKEN && last.marksLater()) {
        throw last.fault();
      }
      List<String> gone = names.stream().filter(name -> isBefore(name, last.released())).toList();
      names.removeAll(gone);
      List<Segment> segments = whole(names, last);
      if (begun) {
        storage.delete(unbegun);
      }
      for (String name : gone) {
        storage.delete(name);
      }
      storage.sync();
      cutBytes = last.size() - last.offset();
      return SegmentWriter.resume(storage, options, salts, segments, last);
    }
  }

  private List<String> names() throws IOException {
    List<String> names = new ArrayList<>(storage.names());
    for (String name : names) {
      if (!Segment.isName(name)) {
        throw new JournalException(new JournalFault.ForeignFile(storage.path(name)), null);
      }
    }
    names.sort(null);
    return names;
  }

  private boolean isUnbegun(String name) throws IOException {
    try (Storage.File file = storage.openToRead(name)) {
      if (file.size() > Segment.HEADER) {
        return false;
      }
      Segment.read(storage, name, file, options.application());
      return false;
    } catch (JournalException e) {
      return switch (e.fault()) {
        case JournalFault.Damaged damaged -> true;
        case JournalFault.ForeignFile foreign -> true;
        default -> throw e;
      };
    }
  }

  /** All segments in order, if each before {@code last} is whole and none is missing. */
  private List<Segment> whole(List<String> names, SegmentReader last) throws IOException {
    List<Segment> segments = new ArrayList<>();
    long sequence = last.released();
    for (String name : names) {
      if (!name.equals(Segment.name(sequence))) {
        throw missing(sequence);
      }
      try (SegmentReader reader = reader(name)) {
        if (skip(reader) == Item.BROKEN) {
          throw reader.fault();
        }
        segments.add(reader.segment());
        sequence = reader.nextSequence();
      }
    }
    if (last.segment().firstSequence() != sequence) {
      throw missing(sequence);
    }
    segments.add(last.segment());
    return List.copyOf(segments);
  }

  private SegmentReader reader(String name) throws IOException {
    return SegmentReader.open(storage, name, options.application());
  }

  private static Item skip(SegmentReader reader) throws IOException {
    Item item = reader.next();
    while (item == Item.RECORD || item == Item.MARK) {
      item = reader.next();
    }
    return item;
  }

  private static boolean isBefore(String name, long sequence) {
    return name.compareTo(Segment.name(sequence)) < 0;
  }

  private JournalException missing(long sequence) {
    return new JournalException(
        new JournalFault.MissingSegment(storage.path(Segment.name(sequence)), sequence), null);
  }
}
