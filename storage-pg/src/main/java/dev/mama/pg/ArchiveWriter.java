package dev.mama.pg;

import dev.mama.ExperimentId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The files that an archive has open, one for each experiment and table that is being written.
 *
 * <p>Confined to the thread that writes.
 */
final class ArchiveWriter {

  private static final int MOST_OPEN = 64;

  private record Key(ExperimentId experiment, Table table) {}

  private final Path folder;
  private final long fileBytes;
  private final ArchiveFile.Opener opener;
  private final Map<Key, ArchiveFile> open = new LinkedHashMap<>(16, 0.75f, true);

  ArchiveWriter(Path folder, long fileBytes, ArchiveFile.Opener opener) {
    this.folder = folder;
    this.fileBytes = fileBytes;
    this.opener = opener;
  }

  /** Adds the rows, one by one; {@code rows} then holds those that are left if this fails. */
  void add(Deque<ArchiveRow> rows) throws IOException {
    while (!rows.isEmpty()) {
      ArchiveRow row = rows.getFirst();
      file(row).add(row);
      rows.removeFirst();
    }
  }

  /** Brings all that was added to the disk; may be tried again when it fails. */
  void flush() throws IOException {
    for (Iterator<ArchiveFile> files = open.values().iterator(); files.hasNext(); ) {
      ArchiveFile file = files.next();
      file.flush();
      if (file.bytes() >= fileBytes || open.size() > MOST_OPEN) { // the longest unused come first
        file.close();
        files.remove();
      }
    }
  }

  void close() throws IOException {
    for (Iterator<ArchiveFile> files = open.values().iterator(); files.hasNext(); ) {
      ArchiveFile file = files.next();
      files.remove();
      file.close();
    }
  }

  private ArchiveFile file(ArchiveRow row) throws IOException {
    var key = new Key(row.experiment(), row.table());
    ArchiveFile file = open.get(key);
    if (file == null) {
      file = ArchiveFile.create(folder.resolve(folderName(row.experiment())), row.table(), opener);
      open.put(key, file);
    }
    return file;
  }

  /** Whether a folder of that name may be an experiment's. */
  static boolean isFolderName(String name) {
    return name.matches("[A-Za-z0-9._-]{1,64}");
  }

  /** An experiment's folder: its id, which is a safe name but for dots in front. */
  static String folderName(ExperimentId experiment) {
    return experiment.value().startsWith(".") ? "_" + experiment.value() : experiment.value();
  }
}
