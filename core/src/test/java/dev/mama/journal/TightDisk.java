package dev.mama.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A real folder on a disk that a test declares full, or unable to force. Stands in for one. */
public final class TightDisk {

  public final AtomicBoolean full = new AtomicBoolean();
  public final AtomicBoolean broken = new AtomicBoolean();

  /** Where there is one, writes wait for it. */
  public final AtomicReference<@Nullable CountDownLatch> gate = new AtomicReference<>();

  /** How many writes have come to the gate. */
  public final AtomicInteger atGate = new AtomicInteger();

  /** Opens the journal in {@code folder} on this disk. */
  public Journal open(Path folder, JournalOptions options) {
    try {
      return Journal.open(new Watched(FolderStorage.open(folder)), options, () -> 7);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void check() throws IOException {
    if (full.get()) {
      throw new IOException("No space left on device");
    }
  }

  private void await(@Nullable CountDownLatch shut) {
    if (shut == null) {
      return;
    }
    atGate.incrementAndGet();
    try {
      shut.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the journal's thread", e);
    }
  }

  private final class Watched implements Storage {
    private final Storage real;

    Watched(Storage real) {
      this.real = real;
    }

    @Override
    public List<String> names() throws IOException {
      return real.names();
    }

    @Override
    public File openToRead(String name) throws IOException {
      return real.openToRead(name);
    }

    @Override
    public File openToWrite(String name) throws IOException {
      return new WatchedFile(real.openToWrite(name));
    }

    @Override
    public File create(String name) throws IOException {
      check();
      return new WatchedFile(real.create(name));
    }

    @Override
    public void delete(String name) throws IOException {
      real.delete(name);
    }

    @Override
    public void sync() throws IOException {
      real.sync();
    }

    @Override
    public Path path(String name) {
      return real.path(name);
    }

    @Override
    public Path folder() {
      return real.folder();
    }

    @Override
    public void close() throws IOException {
      real.close();
    }
  }

  private final class WatchedFile implements Storage.File {
    private final Storage.File real;

    WatchedFile(Storage.File real) {
      this.real = real;
    }

    @Override
    public long size() throws IOException {
      return real.size();
    }

    @Override
    public int read(ByteBuffer into, long offset) throws IOException {
      return real.read(into, offset);
    }

    @Override
    public void write(ByteBuffer from, long offset) throws IOException {
      check();
      await(gate.get());
      real.write(from, offset);
    }

    @Override
    public void truncate(long size) throws IOException {
      real.truncate(size);
    }

    @Override
    public void force() throws IOException {
      if (broken.get()) {
        throw new IOException("Input/output error");
      }
      real.force();
    }

    @Override
    public void close() throws IOException {
      real.close();
    }
  }
}
