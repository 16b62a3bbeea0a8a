package dev.mama.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;

/**
 * The end of a journal, where records go. An {@link IOException} means that nothing has changed; a
 * {@link JournalException} that nobody knows what the disk has kept, and the journal must stop.
 *
 * <p>Confined to one thread; {@link #segments} and the counters may be read by others.
 */
final class SegmentWriter implements AutoCloseable {

  private static final int TIMES = 1024;

  private final Storage storage;
  private final JournalOptions options;
  private final LongSupplier salts;
  private final CRC32C crc = new CRC32C();
  private final long[] forceNanos = new long[TIMES];

  private volatile List<Segment> segments;
  private final AtomicLong forces = new AtomicLong();

  private Storage.File file;
  private long end;
  private long nextSequence;
  private long released;

  private SegmentWriter(
      Storage storage,
      JournalOptions options,
      LongSupplier salts,
      List<Segment> segments,
      Storage.File file,
      long end,
      long nextSequence,
      long released) {
    this.storage = storage;
    this.options = options;
    this.salts = salts;
    this.segments = segments;
    this.file = file;
    this.end = end;
    this.nextSequence = nextSequence;
    this.released = released;
  }

  /** Begins the first segment of an empty folder. */
  static SegmentWriter begin(Storage storage, JournalOptions options, LongSupplier salts)
      throws IOException {
    var first = new Segment(1, 1, salts.getAsLong());
    Storage.File file = create(storage, options, first);
    return new SegmentWriter(storage, options, salts, List.of(first), file, Segment.HEADER, 1, 1);
  }

  /**
   * Goes on behind the last whole item of the last of {@code segments}, cuts off what stands after
   * it, and forces what is there, so that whatever is read from now on stays.
   */
  static SegmentWriter resume(
      Storage storage,
      JournalOptions options,
      LongSupplier salts,
      List<Segment> segments,
      SegmentReader last)
      throws IOException {
    Storage.File file = storage.openToWrite(last.segment().name());
    try {
      if (last.offset() < last.size()) {
        file.truncate(last.offset());
      }
      var writer =
          new SegmentWriter(
              storage,
              options,
              salts,
              segments,
              file,
              last.offset(),
              last.nextSequence(),
              last.released());
      writer.force();
      return writer;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** The segments there are, oldest first. */
  List<Segment> segments() {
    return segments;
  }

  long nextSequence() {
    return nextSequence;
  }

  long forces() {
    return forces.get();
  }

  /** The file that records go to, for messages. */
  Path path() {
    return storage.path(active().name());
  }

  /** The median of the last forces; a moment's guess while one is going on. */
  long forceMedianNanos() {
    int known = (int) Math.min(forces(), TIMES);
    long[] sorted = Arrays.copyOf(forceNanos, known);
    Arrays.sort(sorted);
    return known == 0 ? 0 : sorted[known / 2];
  }

  /**
   * Writes the {@code records} that stand, without checksums, in the first {@code size} of {@code
   * bytes}: all of them into one segment, a new one where this is full.
   */
  void write(byte[] bytes, int size, int records) throws IOException {
    if (end + size + Segment.MARK > options.segmentBytes()
        && active().firstSequence() < nextSequence) {
      roll();
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, size);
    for (int at = 0; at < size; ) {
      int recordBytes = Segment.RECORD_HEADER + buffer.getInt(at + 4);
      buffer.putInt(at, active().checksum(crc, bytes, at, recordBytes));
      at += recordBytes;
    }
    long begin = end;
    put(buffer);
    for (int at = 0; at < size; at += Segment.RECORD_HEADER + buffer.getInt(at + 4)) {
      active().places().note(buffer.getLong(at + 8), begin + at);
    }
    nextSequence += records;
  }

  /** Makes the disk keep all that was written. */
  void force() {
    forceFile();
    try {
      put(mark());
    } catch (IOException e) {
      // Undone. It would only have told damage from a torn tail; the next write meets the same
      // disk.
      return;
    }
  }

  /** Deletes the segments that hold nothing but records before {@code sequence}. */
  void release(long sequence) throws IOException {
    List<Segment> kept = new ArrayList<>(segments);
    while (kept.size() > 1 && kept.get(1).firstSequence() <= sequence) {
      kept.remove(0);
    }
    if (kept.size() == segments.size()) {
      return;
    }
    forceFile(); // a mark says so of all before it
    long before = released;
    released = kept.get(0).firstSequence();
    try {
      put(mark());
    } catch (IOException e) {
      released = before;
      throw e;
    }
    forceFile(); // first on disk that they are not needed, then gone
    List<Segment> gone = segments.subList(0, segments.size() - kept.size());
    segments = List.copyOf(kept);
    for (Segment segment : gone) {
      storage.delete(segment.name());
    }
    storage.sync();
  }

  private Segment active() {
    return segments.get(segments.size() - 1);
  }

  private ByteBuffer mark() {
    return ByteBuffer.wrap(active().mark(crc, nextSequence, released));
  }

  /** Only the last segment may hold what is not forced: that keeps torn tails in one place. */
  private void roll() throws IOException {
    forceFile();
    var next = new Segment(nextSequence, released, salts.getAsLong());
    Storage.File begun;
    try {
      begun = create(storage, options, next);
    } catch (IOException e) {
      undo(
          next.name(),
          e,
          () -> {
            storage.delete(next.name());
            storage.sync();
          });
      throw e;
    }
    Storage.File full = file;
    file = begun;
    end = Segment.HEADER;
    List<Segment> more = new ArrayList<>(segments);
    more.add(next);
    segments = List.copyOf(more);
    full.close();
  }

  /** A file whose header is forced before anything else is written to it. */
  private static Storage.File create(Storage storage, JournalOptions options, Segment segment)
      throws IOException {
    Storage.File file = storage.create(segment.name());
    try {
      file.write(segment.header(options.application()), 0);
      file.force();
      storage.sync();
      return file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private void put(ByteBuffer bytes) throws IOException {
    int size = bytes.remaining();
    try {
      file.write(bytes, end);
    } catch (IOException e) {
      undo(active().name(), e, () -> file.truncate(end));
      throw e;
    }
    end += size;
  }

  private void forceFile() {
    long begun = System.nanoTime();
    try {
      file.force();
    } catch (IOException e) {
      // Not tried again: the system may have dropped what it could not write, and call it clean.
      throw failed(active().name(), "it could not be forced", e);
    }
    forceNanos[(int) (forces() % TIMES)] = System.nanoTime() - begun;
    forces.incrementAndGet();
  }

  private void undo(String name, IOException cause, Undoing undoing) {
    try {
      undoing.run();
    } catch (IOException e) {
      e.addSuppressed(cause);
      throw failed(name, "a write that failed could not be undone", e);
    }
  }

  private JournalException failed(String name, String what, IOException cause) {
    String reason = "%s (%s)".formatted(what, cause.getMessage());
    return new JournalException(new JournalFault.Failed(storage.path(name), reason), cause);
  }

  /** Lets go of the file, without forcing it. */
  @Override
  public void close() throws IOException {
    file.close();
  }

  private interface Undoing {
    void run() throws IOException;
  }
}
