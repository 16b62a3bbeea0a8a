package dev.mama.pg;

import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.StorageException;
import dev.mama.journal.Folders;
import dev.mama.spi.EventLog;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * An event log in a folder: Avro object container files, compressed with Zstandard, that any Avro
 * reader opens. An experiment has a folder with files of its own for each kind of event, {@code
 * messages-000001.avro} and so on; their schemas stand beside this class and have the columns of
 * the tables in PostgreSQL, JSON as text.
 *
 * <p>Needs {@code org.apache.avro:avro} and {@code com.github.luben:zstd-jni}, which an application
 * that wants an archive adds itself.
 *
 * <p>Accepted events wait in a bounded queue; one thread writes what came within {@link
 * ArchiveOptions#flushInterval} as a block with a sync marker and forces it to the disk. A killed
 * process, or a power failure, loses what came since, and the files are readable up to the last
 * marker. While the disk is full, events wait, then {@link #append} waits. Unlike a database, an
 * archive does not look for ids that are there already.
 *
 * <p>Several archives may write into one folder: each begins files of its own.
 *
 * <p>Thread-safe.
 */
public final class AvroArchive implements EventLog, EventSource {

  private static final String NAME = "avro";

  private final Path folder;
  private final ArchiveLane lane;

  private AvroArchive(Path folder, ArchiveLane lane) {
    this.folder = folder;
    this.lane = lane;
  }

  /** Opens the archive in {@code folder}, which is made if there is none, with standard options. */
  public static AvroArchive open(Path folder) {
    return open(folder, ArchiveOptions.standard());
  }

  /**
   * Opens the archive in {@code folder}, which is made if there is none.
   *
   * @throws StorageException if it cannot be made, or Avro or Zstandard are missing
   */
  public static AvroArchive open(Path folder, ArchiveOptions options) {
    return open(folder, options, new SimpleMeterRegistry());
  }

  /** The same, with meters {@code mama.storage…} in {@code meters}, tagged {@code store=avro}. */
  public static AvroArchive open(Path folder, ArchiveOptions options, MeterRegistry meters) {
    return open(folder, options, meters, file -> new RandomAccessFile(file.toFile(), "rw"));
  }

  static AvroArchive open(
      Path folder, ArchiveOptions options, MeterRegistry meters, ArchiveFile.Opener opener) {
    requireLibraries();
    try {
      Folders.create(folder);
    } catch (IOException e) {
      throw new StorageException(
          "archive %s cannot be made: %s; choose another folder".formatted(folder, e), e);
    }
    var writer = new ArchiveWriter(folder, options.fileBytes(), opener);
    return new AvroArchive(
        folder, ArchiveLane.start(folder, options, writer, new StorageMeters(meters, NAME)));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void append(Event event) throws InterruptedException {
    ArchiveRow row;
    try {
      row = ArchiveRow.of(event);
    } catch (IllegalArgumentException e) {
      throw new StorageException(
          "event %s holds %s, which a file cannot keep; remove it before recording"
              .formatted(event.id(), e.getMessage()),
          e);
    }
    lane.append(row);
  }

  @Override
  public void flush() throws InterruptedException {
    lane.flush();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Sees what is written when it begins, on the caller's thread.
   */
  @Override
  public void read(ExperimentId experiment, Consumer<Event> reader) throws InterruptedException {
    read(EventQuery.all(experiment), reader);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Reads the files twice, and holds the parts of them that overlap in time. A part that is
   * damaged ends the reading with an exception that names it; one that a killed process left half
   * written is passed over.
   */
  @Override
  public EventCursor open(EventQuery query) {
    return new ArchiveCursor(folder.resolve(ArchiveWriter.folderName(query.experiment())), query);
  }

  /**
   * The experiments that have a folder here.
   *
   * @throws StorageException if the folder cannot be read
   */
  public List<ExperimentId> experiments() {
    try (Stream<Path> folders = Files.list(folder)) {
      List<ExperimentId> found = new ArrayList<>();
      for (Path each : folders.sorted().toList()) {
        String name = each.getFileName().toString();
        String id = name.startsWith("_.") ? name.substring(1) : name;
        if (Files.isDirectory(each) && ArchiveWriter.isFolderName(id)) {
          found.add(ExperimentId.of(id));
        }
      }
      return found;
    } catch (IOException e) {
      throw new StorageException("archive %s cannot be read: %s".formatted(folder, e), e);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Tries for at most {@link ArchiveOptions#closeTimeout}; not interruptible. Closing again does
   * nothing, but says again what was lost.
   */
  @Override
  public void close() {
    lane.close();
  }

  private static void requireLibraries() {
    for (String[] library :
        new String[][] {
          {"org.apache.avro.file.DataFileWriter", "org.apache.avro:avro"},
          {"com.github.luben.zstd.Zstd", "com.github.luben:zstd-jni"}
        }) {
      try {
        Class.forName(library[0], false, AvroArchive.class.getClassLoader());
      } catch (ClassNotFoundException e) {
        throw new StorageException(
            "an archive needs %s, which is not on the class path; add it".formatted(library[1]), e);
      }
    }
  }
}
