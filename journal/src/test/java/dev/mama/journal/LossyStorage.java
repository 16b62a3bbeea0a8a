package dev.mama.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * A disk in memory that keeps apart what was written and what was forced, and can lose power before
 * any of its operations. What a crash leaves of the rest is drawn by chance: nothing, all, or some
 * sectors; files made or deleted since the folder was last synced may be there or not.
 */
final class LossyStorage implements Storage {

  /** How much of what was not forced a crash leaves. */
  enum Loss {
    /** Nothing. */
    EVERYTHING,
    /** The first so many bytes. */
    TAIL,
    /** Sectors here and there; the others are zero. */
    SECTORS,
    /** All of it: the process was killed, the machine went on. */
    NOTHING
  }

  private static final int SECTOR = 64; // small, so that a few records span several

  private static final class Content {
    byte[] written = {};
    byte[] forced = {};
  }

  private final Map<String, Content> files = new HashMap<>();
  private Map<String, Content> synced = new HashMap<>();
  private long operations;
  private long crashAt = Long.MAX_VALUE;
  private long free = Long.MAX_VALUE;
  private boolean forceFails;
  private Runnable beforeForce = () -> {};
  private long forces;

  /** The power fails at operation number {@code operation}, counted from 0. */
  synchronized LossyStorage crashAt(long operation) {
    crashAt = operation;
    return this;
  }

  /** The disk takes {@code bytes} more bytes, and then part of a write. */
  synchronized void free(long bytes) {
    free = bytes;
  }

  synchronized void failForces(boolean fail) {
    forceFails = fail;
  }

  /** Runs before each force, outside any lock of this disk. */
  synchronized void beforeForce(Runnable action) {
    beforeForce = action;
  }

  synchronized long operations() {
    return operations;
  }

  synchronized long forces() {
    return forces;
  }

  synchronized byte[] content(String name) {
    return content(name, files).written.clone();
  }

  synchronized void content(String name, byte[] bytes) {
    var content = new Content();
    content.written = bytes.clone();
    content.forced = bytes.clone();
    files.put(name, content);
    synced.put(name, content);
  }

  private static Content content(String name, Map<String, Content> files) {
    Content content = files.get(name);
    if (content == null) {
      throw new IllegalArgumentException("no file " + name);
    }
    return content;
  }

  /** The disk that comes back after a power failure now. */
  synchronized LossyStorage afterCrash(Loss loss, RandomGenerator random) {
    var after = new LossyStorage();
    Map<String, Content> names = new HashMap<>(synced);
    for (var file : files.entrySet()) {
      if (loss == Loss.NOTHING || (loss != Loss.EVERYTHING && random.nextBoolean())) {
        names.put(file.getKey(), file.getValue());
      }
    }
    names
        .keySet()
        .removeIf(name ->
            !files.containsKey(name)
                && (loss == Loss.NOTHING || (loss != Loss.EVERYTHING && random.nextBoolean())));
    names.forEach((name, content) -> after.content(name, remains(content, loss, random)));
    return after;
  }

  private static byte[] remains(Content content, Loss loss, RandomGenerator random) {
    byte[] written = content.written;
    byte[] forced = content.forced;
    return switch (loss) {
      case EVERYTHING -> forced;
      case NOTHING -> written;
      case TAIL -> {
        int least = Math.min(written.length, forced.length);
        int size = least + random.nextInt(Math.max(written.length, forced.length) - least + 1);
        byte[] mixed = Arrays.copyOf(forced, size);
        System.arraycopy(written, 0, mixed, 0, Math.min(size, written.length));
        yield mixed;
      }
      case SECTORS -> {
        int size = random.nextBoolean() ? written.length : forced.length;
        byte[] mixed = Arrays.copyOf(forced, size);
        for (int at = 0; at < Math.min(size, written.length); at += SECTOR) {
          if (random.nextBoolean()) {
            int end = Math.min(at + SECTOR, Math.min(size, written.length));
            System.arraycopy(written, at, mixed, at, end - at);
          }
        }
        yield mixed;
      }
    };
  }

  private void operate() throws IOException {
    if (operations++ >= crashAt) {
      throw new IOException("the power has failed");
    }
  }

  @Override
  public synchronized List<String> names() {
    return new ArrayList<>(files.keySet());
  }

  @Override
  public File openToRead(String name) throws IOException {
    return openToWrite(name);
  }

  @Override
  public synchronized File openToWrite(String name) throws IOException {
    if (!files.containsKey(name)) {
      throw new NoSuchFileException(name);
    }
    return new MemoryFile(content(name, files));
  }

  @Override
  public synchronized File create(String name) throws IOException {
    operate();
    var content = new Content();
    files.put(name, content);
    return new MemoryFile(content);
  }

  @Override
  public synchronized void delete(String name) throws IOException {
    operate();
    files.remove(name);
  }

  @Override
  public synchronized void sync() throws IOException {
    operate();
    synced = new HashMap<>(files);
  }

  @Override
  public Path path(String name) {
    return folder().resolve(name);
  }

  @Override
  public Path folder() {
    return Path.of("memory");
  }

  @Override
  public void close() {}

  private final class MemoryFile implements File {

    private final Content content;

    MemoryFile(Content content) {
      this.content = content;
    }

    @Override
    public long size() {
      synchronized (LossyStorage.this) {
        return content.written.length;
      }
    }

    @Override
    public int read(ByteBuffer into, long offset) {
      synchronized (LossyStorage.this) {
        int left = content.written.length - (int) offset;
        if (left <= 0) {
          return -1;
        }
        int bytes = Math.min(left, into.remaining());
        into.put(content.written, (int) offset, bytes);
        return bytes;
      }
    }

    @Override
    public void write(ByteBuffer from, long offset) throws IOException {
      synchronized (LossyStorage.this) {
        boolean crashes = operations == crashAt;
        boolean full = from.remaining() > free;
        int bytes = from.remaining();
        if (crashes) {
          bytes /= 2;
        } else if (full) {
          bytes = (int) free;
        }
        if (crashes || operations < crashAt) {
          int end = (int) offset + bytes;
          if (end > content.written.length) {
            content.written = Arrays.copyOf(content.written, end);
          } else {
            content.written = content.written.clone();
          }
          from.get(content.written, (int) offset, bytes);
          free -= bytes;
        }
        operate();
        if (full) {
          throw new IOException("No space left on device");
        }
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (LossyStorage.this) {
        operate();
        if (size < content.written.length) {
          content.written = Arrays.copyOf(content.written, (int) size);
        }
      }
    }

    @Override
    public void force() throws IOException {
      Runnable before;
      synchronized (LossyStorage.this) {
        before = beforeForce;
      }
      before.run();
      synchronized (LossyStorage.this) {
        operate();
        if (forceFails) {
          throw new IOException("Input/output error");
        }
        forces++;
        content.forced = content.written.clone();
      }
    }

    @Override
    public void close() {}
  }
}
