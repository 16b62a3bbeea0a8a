package dev.mama.pg;

import dev.mama.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows that wait to be archived, and the thread that writes them. While the disk does not take
 * them, it tries again and again; the rows stay in their order.
 *
 * <p>Thread-safe.
 */
final class ArchiveLane {

  private static final Logger log = LoggerFactory.getLogger(ArchiveLane.class);
  private static final long QUEUE_BYTES = 64L << 20;
  private static final int BATCH_ROWS = 2_000;
  private static final long TRY_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Path folder;
  private final ArchiveOptions options;
  private final ArchiveWriter writer;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final Backlog backlog = new Backlog(lock, work);
  private final StorageMeters meters;

  // Guarded by lock.
  private final ArrayDeque<ArchiveRow> queue = new ArrayDeque<>();
  private long queuedBytes;
  private long firstMillis; // when the first in the queue was accepted
  private boolean closed;
  private long giveUpNanos;
  private long lost;
  private String reason = "";

  private ArchiveLane(
      Path folder, ArchiveOptions options, ArchiveWriter writer, StorageMeters meters) {
    this.folder = folder;
    this.options = options;
    this.writer = writer;
    this.meters = meters;
    this.thread = Thread.ofPlatform().name("mama-archive").daemon().unstarted(this::run);
  }

  static ArchiveLane start(
      Path folder, ArchiveOptions options, ArchiveWriter writer, StorageMeters meters) {
    var lane = new ArchiveLane(folder, options, writer, meters);
    meters.watch(Map.of("all", lane.backlog));
    lane.thread.start();
    return lane;
  }

  /** Accepts {@code row}; waits while there is no room for it. */
  void append(ArchiveRow row) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (!closed && isFull()) {
        awaitRoom();
      }
      if (closed) {
        throw new StorageException(
            lost > 0
                ? "the archive %s takes no more: %s".formatted(folder, reason)
                : "the archive %s is closed".formatted(folder),
            null);
      }
      long now = System.currentTimeMillis();
      firstMillis = queue.isEmpty() ? now : firstMillis;
      queue.add(row);
      queuedBytes += row.bytes();
      backlog.accept(1, now);
      if (queue.size() == 1 || isBatch()) {
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void awaitRoom() throws InterruptedException {
    long start = System.nanoTime();
    while (!closed && isFull()) {
      room.await();
    }
    meters.waited(System.nanoTime() - start);
  }

  /** Waits until what was accepted before is on the disk. */
  void flush() throws InterruptedException {
    backlog.flush();
    throwIfLost();
  }

  /** Takes no more, and waits for the writer's end. */
  void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        giveUpNanos = System.nanoTime() + options.closeTimeout().toNanos();
      }
      work.signalAll();
      room.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    throwIfLost();
  }

  private void throwIfLost() {
    lock.lock();
    try {
      if (lost > 0) {
        throw new StorageException(
            "%,d of %,d events could not be archived in %s: %s"
                .formatted(lost, backlog.accepted(), folder, reason),
            null);
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    String end = "the writer ended";
    try {
      end = work();
    } catch (InterruptedException e) {
      end = "the writer was interrupted";
    } catch (RuntimeException | Error e) {
      end = "the writer failed: " + e;
      log.error("the writer of archive {} failed; it is closed", folder, e);
    } finally {
      end(end);
    }
  }

  /** Writes until the lane is closed and empty; returns why it ended. */
  private String work() throws InterruptedException {
    for (Deque<ArchiveRow> batch = take(); !batch.isEmpty(); batch = take()) {
      int rows = batch.size();
      long start = System.nanoTime();
      String failure = tryWrite(batch);
      while (failure != null) {
        log.warn("{} events wait for archive {}: {}", backlog.waiting(), folder, failure);
        if (!pause()) {
          return "until the time to close (%s) was over: %s"
              .formatted(options.closeTimeout(), failure);
        }
        failure = tryWrite(batch);
      }
      meters.flushed(rows, System.nanoTime() - start);
      backlog.finish(rows);
    }
    return "the writer ended";
  }

  /** Returns what failed, or null; may be called again with the same rows. */
  private @Nullable String tryWrite(Deque<ArchiveRow> batch) {
    try {
      writer.add(batch);
      writer.flush();
      return null;
    } catch (IOException e) {
      return Fault.reason(e);
    }
  }

  /** The next rows; none when the lane is closed and empty. */
  private Deque<ArchiveRow> take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (queue.isEmpty() && !closed) {
        work.await();
      }
      long nanos = options.flushInterval().toNanos();
      while (!isBatch() && !closed && !backlog.isWanted() && nanos > 0) {
        nanos = work.awaitNanos(nanos);
      }
      Deque<ArchiveRow> taken = new ArrayDeque<>(queue);
      backlog.oldest(firstMillis);
      queue.clear();
      queuedBytes = 0;
      room.signalAll();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Waits before the next try; false if there is no time left for one. */
  private boolean pause() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long nanos = TRY_AGAIN_NANOS;
      while (nanos > 0 && !isTooLate()) {
        nanos = work.awaitNanos(nanos);
      }
      return !isTooLate();
    } finally {
      lock.unlock();
    }
  }

  private void end(String why) {
    try {
      writer.close();
    } catch (IOException e) {
      log.warn("archive {} could not be closed: {}", folder, e.toString());
    }
    lock.lock();
    try {
      closed = true;
      lost = backlog.waiting();
      reason = why;
      queue.clear();
      backlog.end(lost);
      meters.lost(lost);
      meters.close();
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean isTooLate() {
    return closed && System.nanoTime() - giveUpNanos >= 0;
  }

  private boolean isBatch() {
    return queue.size() >= BATCH_ROWS || isFull();
  }

  private boolean isFull() {
    return queue.size() >= options.queueEvents() || queuedBytes >= QUEUE_BYTES;
  }
}
