package dev.mama.pg;

import dev.mama.journal.Folders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.IndexedRecord;

/**
 * One Avro object container file (Avro 1.12 specification, "Object Container Files") that is being
 * written: blocks of rows, compressed with Zstandard and its checksum, each followed by the file's
 * sync marker.
 *
 * <p>Blocks are made in memory and written as wholes; what a disk took of one before it failed is
 * cut off again. So the file ends with a whole block unless the process was killed while writing.
 *
 * <p>Confined to the thread that writes.
 */
final class ArchiveFile {

  private static final int BLOCK_BYTES = 256 << 10;
  private static final int ZSTD_LEVEL = 3;
  private static final String SUFFIX = ".avro";

  /** Opens a file for writing. A test can have a disk of its own. */
  interface Opener {
    RandomAccessFile open(Path file) throws IOException;
  }

  private final Path path;
  private final RandomAccessFile file;
  private final ByteArrayOutputStream made = new ByteArrayOutputStream();
  private final DataFileWriter<IndexedRecord> blocks;
  private long written;

  private ArchiveFile(Path path, RandomAccessFile file, Table table) throws IOException {
    this.path = path;
    this.file = file;
    this.blocks =
        new DataFileWriter<IndexedRecord>(new GenericDatumWriter<>())
            .setCodec(CodecFactory.zstandardCodec(ZSTD_LEVEL, true))
            .setSyncInterval(BLOCK_BYTES)
            .create(ArchiveRow.schema(table), made);
  }

  /** Begins the next file of {@code table} in {@code folder}, which is made if there is none. */
  static ArchiveFile create(Path folder, Table table, Opener opener) throws IOException {
    Folders.create(folder);
    List<Path> others = of(folder, table);
    int number = others.isEmpty() ? 1 : number(others.getLast()) + 1;
    while (true) {
      Path path = folder.resolve("%s-%06d%s".formatted(table.tableName(), number, SUFFIX));
      try {
        Files.createFile(path);
      } catch (FileAlreadyExistsException e) {
        number++; // another process was faster
        continue;
      }
      try {
        Folders.force(folder);
        return new ArchiveFile(path, opener.open(path), table);
      } catch (IOException e) {
        Files.deleteIfExists(path); // the next try makes it anew
        throw e;
      }
    }
  }

  /** The files of {@code table} in {@code folder}, the oldest first. */
  static List<Path> of(Path folder, Table table) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    String pattern = table.tableName() + "-[0-9]{6,9}\\" + SUFFIX;
    try (var files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches(pattern))
          .sorted((a, b) -> Integer.compare(number(a), number(b)))
          .toList();
    }
  }

  private static int number(Path file) {
    String name = file.getFileName().toString();
    return Integer.parseInt(
        name.substring(name.lastIndexOf('-') + 1, name.length() - SUFFIX.length()));
  }

  void add(ArchiveRow row) throws IOException {
    blocks.appendEncoded(row.encoded().duplicate());
  }

  /**
   * Writes what was added, with a sync marker at the end, and forces it to the disk.
   *
   * @throws IOException if the disk did not take it; it stays here for the next call
   */
  void flush() throws IOException {
    blocks.flush();
    if (made.size() == 0) {
      return;
    }
    try {
      file.seek(written);
      file.write(made.toByteArray());
      file.getFD().sync();
    } catch (IOException e) {
      file.setLength(written);
      throw new IOException("%s: %s".formatted(path, e.getMessage()), e);
    }
    written += made.size();
    made.reset();
  }

  /** Bytes on disk. */
  long bytes() {
    return written;
  }

  /** Frees the file; what was not flushed is lost. */
  void close() throws IOException {
    file.close();
  }
}
