package dev.mama.pg;

import dev.mama.Event;
import dev.mama.StorageException;
import dev.mama.pg.EventQuery.Position;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of one archive file, for reading. What a killed process or a power failure left behind
 * the last whole block is not read.
 *
 * <p>Confined to the thread that reads.
 */
final class ArchiveBlocks implements AutoCloseable {

  /**
   * A block that has wanted events.
   *
   * @param at where it begins in the file
   * @param first the first of its wanted events, in order of time and id
   */
  record Block(Path file, Table table, long at, Position first) {}

  private final Path file;
  private final Table table;
  private final DataFileReader<IndexedRecord> reader;

  private ArchiveBlocks(Path file, Table table, DataFileReader<IndexedRecord> reader) {
    this.file = file;
    this.table = table;
    this.reader = reader;
  }

  /** Opens {@code file}, or returns null if not even its beginning was written. */
  static @Nullable ArchiveBlocks open(Path file, Table table) throws IOException {
    try {
      var datum = new GenericDatumReader<IndexedRecord>(null, ArchiveRow.schema(table));
      return new ArchiveBlocks(file, table, new DataFileReader<>(file.toFile(), datum));
    } catch (IOException e) {
      if (e instanceof EOFException || e.getCause() instanceof EOFException) {
        return null;
      }
      throw new IOException("%s is no Avro file: %s".formatted(file, e.getMessage()), e);
    } catch (AvroRuntimeException e) { // a schema that is not one of ours, before or after
      throw new IOException("%s is no archive: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Shows {@code visitor} the blocks that have events which {@code query} wants. */
  void index(EventQuery query, Consumer<Block> visitor) throws IOException {
    while (hasNext()) {
      long at = reader.previousSync();
      Position[] first = new Position[1];
      readBlock(event -> {
        if (query.matches(event)) {
          Position here = Position.of(event);
          first[0] = first[0] == null || here.compareTo(first[0]) < 0 ? here : first[0];
        }
      });
      if (first[0] != null) {
        visitor.accept(new Block(file, table, at, first[0]));
      }
    }
  }

  /** Shows {@code visitor} all events of the block at {@code at}. */
  void read(long at, Consumer<Event> visitor) throws IOException {
    reader.seek(at);
    if (hasNext()) {
      readBlock(visitor);
    }
  }

  /** The events up to the end of the block that {@link #hasNext} has come to. */
  private void readBlock(Consumer<Event> visitor) {
    for (long left = reader.getBlockCount(); left > 0; left--) {
      visitor.accept(ArchiveRow.read(table, reader.next()));
    }
  }

  /** Whether there is another block; a broken one is the end if nothing whole comes after it. */
  private boolean hasNext() throws IOException {
    long at = reader.previousSync();
    try {
      return reader.hasNext();
    } catch (AvroRuntimeException e) {
      if (isWholeBlockBehind(at)) {
        throw new StorageException(
            "%s is damaged at byte %,d (%s); bring it back from a copy, or move it away to read the others"
                .formatted(file, at, e.getMessage()),
            e);
      }
      return false;
    }
  }

  private boolean isWholeBlockBehind(long at) throws IOException {
    reader.sync(at + 1);
    while (!reader.pastSync(Files.size(file))) {
      try {
        if (reader.hasNext()) {
          return true;
        }
      } catch (AvroRuntimeException e) {
        // Look for the next marker.
      }
      reader.sync(reader.previousSync() + 1);
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
