package dev.mama.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Folders whose entries survive a power failure. Forcing a file keeps its bytes; only forcing its
 * folder keeps its name.
 *
 * <p>Thread-safe; it holds nothing.
 */
public final class Folders {

  private static final boolean WINDOWS = System.getProperty("os.name", "").startsWith("Windows");

  private Folders() {}

  /** Makes {@code folder} and those above it where they are missing, and forces their names. */
  public static void create(Path folder) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path each = folder.toAbsolutePath();
        each != null && Files.notExists(each);
        each = each.getParent()) {
      missing.push(each);
    }
    Files.createDirectories(folder);
    for (Path made : missing) {
      Path parent = made.getParent();
      if (parent != null) {
        force(parent);
      }
    }
  }

  /** Forces the names of what was made, renamed or deleted in {@code folder}. */
  public static void force(Path folder) throws IOException {
    if (WINDOWS) {
      return; // a folder cannot be opened there; NTFS journals its entries
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
