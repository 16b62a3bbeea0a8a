package dev.mama.pg;

import dev.mama.StorageException;
import dev.mama.journal.Journal;
import dev.mama.journal.JournalException;
import dev.mama.journal.JournalOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A spool's folder: its id, by which the database knows how far each table's rows have been
 * written, and a journal for each table that has rows to keep.
 *
 * <p>Thread-safe.
 */
final class SpoolFolder {

  private static final Logger log = LoggerFactory.getLogger(SpoolFolder.class);

  private static final String ID = "id";
  private static final String REMOVING = "removing";

  /** The largest record: a row, or a batch whose commit is in doubt. */
  static final int RECORD_BYTES = 16 << 20;

  private static final JournalOptions OPTIONS =
      new JournalOptions("spool-pg", RECORD_BYTES, RECORD_BYTES + (1 << 20), 18L << 20);

  private final Spool spool;
  private final UUID id;
  private final Map<Table, Journal> journals = new EnumMap<>(Table.class);
  private final AtomicLong bytes = new AtomicLong();

  private SpoolFolder(Spool spool, UUID id) {
    this.spool = spool;
    this.id = id;
  }

  /**
   * Opens the folder, and the journals that are in it.
   *
   * @throws StorageException if it is in use, damaged, or cannot be made
   */
  static SpoolFolder open(Spool spool) {
    Path folder = spool.folder();
    try {
      Files.createDirectories(folder);
      if (Files.exists(folder.resolve(REMOVING))) {
        remove(folder);
      }
      var opened = new SpoolFolder(spool, id(folder.resolve(ID)));
      try {
        for (Table table : Table.values()) {
          if (Files.isDirectory(folder.resolve(table.tableName()))) {
            opened.journal(table);
          }
        }
        return opened;
      } catch (RuntimeException e) {
        opened.close(false);
        throw e;
      }
    } catch (IOException | JournalException e) {
      throw new StorageException(
          "spool %s cannot be opened: %s".formatted(folder, Fault.reason(e)), e);
    }
  }

  private static UUID id(Path file) throws IOException {
    if (Files.exists(file)) {
      try {
        return UUID.fromString(Files.readString(file).strip());
      } catch (IllegalArgumentException e) {
        throw new IOException(file + " holds no id; bring it back from a copy", e);
      }
    }
    UUID id = UUID.randomUUID();
    Path half = Files.createTempFile(file.toAbsolutePath().getParent(), "id", ".half");
    Files.writeString(half, id + "\n");
    Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
    return id;
  }

  Spool spool() {
    return spool;
  }

  UUID id() {
    return id;
  }

  /** The journal of {@code table}; made where there is none. */
  synchronized Journal journal(Table table) {
    return journals.computeIfAbsent(
        table, t -> Journal.open(spool.folder().resolve(t.tableName()), OPTIONS));
  }

  /** Whether {@code table} has a journal. */
  synchronized boolean has(Table table) {
    return journals.containsKey(table);
  }

  boolean hasRoom() {
    return bytes.get() < spool.limitBytes();
  }

  /** Counts bytes that wait here, or, negative, that wait no more. */
  void count(long more) {
    bytes.addAndGet(more);
  }

  long bytes() {
    return bytes.get();
  }

  /**
   * Closes the journals; where nothing waits in them, they are removed, and the id with them, so
   * that a later log begins anew.
   */
  synchronized void close(boolean empty) {
    journals.values().forEach(Journal::close);
    journals.clear();
    if (empty) {
      try {
        Files.move(
            spool.folder().resolve(ID),
            spool.folder().resolve(REMOVING),
            StandardCopyOption.ATOMIC_MOVE);
        remove(spool.folder());
      } catch (IOException e) {
        log.warn("the empty spool {} could not be removed: {}", spool.folder(), e.toString());
      }
    }
  }

  /**
   * Removes what an empty spool consists of, and nothing else; the folder itself stays. Its id goes
   * first, because the database knows positions by it, and a mark stays until all has gone.
   */
  private static void remove(Path folder) throws IOException {
    for (Table table : Table.values()) {
      Path part = folder.resolve(table.tableName());
      if (Files.isDirectory(part)) {
        List<Path> files;
        try (var listed = Files.list(part)) {
          files = listed.toList();
        }
        for (Path file : files) {
          Files.delete(file);
        }
        Files.delete(part);
      }
    }
    Files.delete(folder.resolve(REMOVING));
  }

  @Override
  public String toString() {
    return spool.folder().toString();
  }
}
