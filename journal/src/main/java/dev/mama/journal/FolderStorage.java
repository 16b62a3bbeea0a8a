package dev.mama.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A real folder, locked against other processes and other journals of this one.
 *
 * <p>Thread-safe.
 */
final class FolderStorage implements Storage {

  private static final String LOCK = "lock";

  /*
   * POSIX drops a process's lock as soon as it closes any descriptor of the file, so a second
   * attempt of this process must not even open it. Hence this set; closing a storage clears it.
   */
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final Path key;
  private final FileChannel lock;

  private FolderStorage(Path folder, Path key, FileChannel lock) {
    this.folder = folder;
    this.key = key;
    this.lock = lock;
  }

  /** Makes the folder where there is none, and takes its lock. */
  static FolderStorage open(Path folder) throws IOException {
    Folders.create(folder);
    Path key = folder.toRealPath();
    if (!OPEN.add(key)) {
      throw new JournalException(new JournalFault.InUse(folder), null);
    }
    try {
      return new FolderStorage(folder, key, lock(folder));
    } catch (IOException | RuntimeException e) {
      OPEN.remove(key);
      throw e;
    }
  }

  private static FileChannel lock(Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() == null) {
        throw new JournalException(new JournalFault.InUse(folder), null);
      }
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals(LOCK))
          .toList();
    }
  }

  @Override
  public File openToRead(String name) throws IOException {
    return new ChannelFile(FileChannel.open(path(name), StandardOpenOption.READ));
  }

  @Override
  public File openToWrite(String name) throws IOException {
    return new ChannelFile(
        FileChannel.open(path(name), StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  @Override
  public File create(String name) throws IOException {
    return new ChannelFile(
        FileChannel.open(
            path(name),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE));
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(path(name));
  }

  @Override
  public void sync() throws IOException {
    Folders.force(folder);
  }

  @Override
  public Path path(String name) {
    return folder.resolve(name);
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public void close() throws IOException {
    try {
      lock.close();
    } finally {
      OPEN.remove(key);
    }
  }

  private record ChannelFile(FileChannel channel) implements File {

    /** The JDK copies what it writes into a direct buffer of that size, which it then keeps. */
    private static final int SLICE = 1 << 18;

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public int read(ByteBuffer into, long offset) throws IOException {
      return channel.read(into, offset);
    }

    @Override
    public void write(ByteBuffer from, long offset) throws IOException {
      int end = from.limit();
      long at = offset;
      while (from.position() < end) {
        from.limit(Math.min(end, from.position() + SLICE));
        at += channel.write(from, at);
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      channel.truncate(size);
    }

    @Override
    public void force() throws IOException {
      channel.force(false);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
