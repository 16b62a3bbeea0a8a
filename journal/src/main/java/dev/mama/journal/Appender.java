package dev.mama.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * Group commit. Callers put records into a batch, under a lock that is held for a copy of the bytes.
 * One platform thread takes the batch as it stands, writes it with one call, forces it if anybody
 * asked, and takes the next, which has filled meanwhile: no timer, and the slower the disk, the more
 * records a force serves. The thread owns the file, so an interrupt, which reaches only somebody who
 * waits, closes nothing.
 *
 * A write that fails is undone and refuses its batch and the one that fills behind it; their
 * sequences are given out again. A force that fails ends the journal.
 */

/**
 * Takes records from many threads and has one write them.
 *
 * <p>Thread-safe.
 */
final class Appender {

  private static final int SMALL_BATCH = 1 << 16;

  private final Storage storage;
  private final JournalOptions options;
  private final SegmentWriter writer;
  private final Thread thread;
  private final Room room;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();

  // Under the lock.
  private Batch filling;
  private byte[] spare = new byte[SMALL_BATCH];
  private Outcome nextForce = new Outcome();
  private Outcome nextRelease = new Outcome();
  private long writtenBefore;
  private long syncedBefore;
  private long forceFrom = Long.MAX_VALUE; // the first and
  private long forceBefore; // the end of those that somebody wants forced
  private long releaseBefore;
  private boolean closing;
  private boolean closed;
  private @Nullable JournalException ended;
  private long records;
  private long bytes;
  private long refused;

  Appender(Storage storage, JournalOptions options, SegmentWriter writer) {
    this.storage = storage;
    this.options = options;
    this.writer = writer;
    this.room = new Room(options.maxInFlightBytes());
    this.writtenBefore = writer.nextSequence();
    this.syncedBefore = writtenBefore;
    this.filling = new Batch(writtenBefore, new byte[SMALL_BATCH]);
    this.thread =
        Thread.ofPlatform().daemon().name("journal-" + options.application()).unstarted(this::work);
  }

  void start() {
    thread.start();
  }

  Pending submit(ByteBuffer payload) throws InterruptedException {
    int size = recordBytes(payload);
    room.take(size);
    return add(payload, size);
  }

  Optional<Pending> trySubmit(ByteBuffer payload) {
    int size = recordBytes(payload);
    return room.tryTake(size) ? Optional.of(add(payload, size)) : Optional.empty();
  }

  private int recordBytes(ByteBuffer payload) {
    if (payload.remaining() > options.maxRecordBytes()) {
      throw new IllegalArgumentException(
          "record of %d bytes in journal %s exceeds %d; raise maxRecordBytes or split it"
              .formatted(payload.remaining(), storage.folder(), options.maxRecordBytes()));
    }
    return Segment.RECORD_HEADER + payload.remaining();
  }

  private Pending add(ByteBuffer payload, int size) {
    lock.lock();
    try {
      checkOpen();
      if (filling.records() == 0) {
        work.signal();
      }
      return new Pending(this, filling, filling.add(payload));
    } catch (JournalException e) {
      room.give(size);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  private void checkOpen() {
    if (ended != null) {
      throw new JournalException(ended.fault(), ended);
    }
    if (closing) {
      throw closedException();
    }
  }

  private JournalException closedException() {
    return new JournalException(new JournalFault.Closed(storage.folder()), null);
  }

  /** Has the writer force the record {@code sequence} once it is written. */
  void forceUpTo(long sequence) {
    lock.lock();
    try {
      if (sequence >= syncedBefore) {
        wantForced(sequence, sequence + 1);
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void wantForced(long from, long before) {
    forceFrom = Math.min(forceFrom, from);
    forceBefore = Math.max(forceBefore, before);
  }

  void releaseBefore(long sequence) throws InterruptedException {
    Outcome release;
    lock.lock();
    try {
      checkOpen();
      releaseBefore = Math.max(releaseBefore, Math.min(sequence, writtenBefore));
      release = nextRelease;
      work.signal();
    } finally {
      lock.unlock();
    }
    release.await();
  }

  long nextSequence() {
    return locked(() -> writtenBefore);
  }

  JournalFigures figures(long cutBytes) {
    return locked(() ->
        new JournalFigures(
            records,
            bytes,
            writer.forces(),
            writer.forceMedianNanos(),
            refused,
            cutBytes,
            writer.segments().size()));
  }

  private <T> T locked(Supplier<T> read) {
    lock.lock();
    try {
      return read.get();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    boolean alreadyEnded;
    lock.lock();
    try {
      closing = true;
      alreadyEnded = ended != null;
      work.signal();
    } finally {
      lock.unlock();
    }
    room.end();
    join();
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        closeFiles();
      }
      if (!alreadyEnded && ended != null && !(ended.fault() instanceof JournalFault.Closed)) {
        throw ended;
      }
    } finally {
      lock.unlock();
    }
  }

  private void join() {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeFiles() {
    try (storage;
        writer) {
      // Both, whichever fails.
    } catch (IOException e) {
      throw failed("it could not be closed", e);
    }
  }

  // What follows runs on the writer's thread.

  private void work() {
    JournalException end;
    try {
      while (awaitWork()) {
        write();
        force();
        release();
      }
      end = closedException();
    } catch (JournalException e) {
      end = e;
    } catch (RuntimeException | Error e) {
      end = failed("the writer met an error", e); // nobody may wait for ever
    }
    end(end);
  }

  /** Waits until there is something to do; false if the journal is closing and there is not. */
  private boolean awaitWork() {
    lock.lock();
    try {
      while (!hasWork() && !closing) {
        work.awaitUninterruptibly();
      }
      if (closing) {
        wantForced(syncedBefore, filling.endSequence());
      }
      return hasWork();
    } finally {
      lock.unlock();
    }
  }

  private boolean hasWork() {
    return filling.records() > 0 || isForceWanted() || releaseBefore > 0;
  }

  /** Whether somebody wants forced what is written; what is not yet is written first. */
  private boolean isForceWanted() {
    return forceFrom < writtenBefore;
  }

  private void write() {
    Batch batch;
    lock.lock();
    try {
      batch = filling;
      if (batch.records() == 0) {
        return;
      }
      filling = new Batch(batch.endSequence(), spare);
      spare = new byte[0];
    } finally {
      lock.unlock();
    }
    try {
      writer.write(batch.bytes(), batch.size(), batch.records());
    } catch (IOException e) {
      refuse(batch, e);
      return;
    } catch (RuntimeException | Error e) {
      batch.written.fail(failed("the writer ended", e));
      throw e;
    }
    lock.lock();
    try {
      writtenBefore = batch.endSequence();
      records += batch.records();
      bytes += batch.size();
      batch.synced = nextForce;
      spare = batch.release();
    } finally {
      lock.unlock();
    }
    room.give(batch.size());
    batch.written.succeed();
  }

  /** Refuses {@code batch}, and what has come behind it: no record may stand after a gap. */
  private void refuse(Batch batch, IOException cause) {
    JournalException failure = refused(cause);
    Batch behind;
    lock.lock();
    try {
      behind = filling;
      filling = new Batch(writtenBefore, batch.release());
      forceBefore = Math.min(forceBefore, writtenBefore);
      forceFrom = forceFrom < forceBefore ? forceFrom : Long.MAX_VALUE;
      refused += batch.records() + behind.records();
    } finally {
      lock.unlock();
    }
    room.give(batch.size() + behind.size());
    batch.written.fail(failure);
    behind.written.fail(failure);
  }

  private JournalException refused(IOException cause) {
    return new JournalException(
        new JournalFault.Refused(writer.path(), String.valueOf(cause.getMessage())), cause);
  }

  private void force() {
    if (!locked(this::isForceWanted)) {
      return;
    }
    writer.force();
    Outcome forced;
    lock.lock();
    try {
      syncedBefore = writtenBefore; // by this thread alone, hence as it was before the force
      forceFrom = forceBefore > syncedBefore ? syncedBefore : Long.MAX_VALUE;
      forced = nextForce;
      nextForce = new Outcome();
    } finally {
      lock.unlock();
    }
    forced.succeed();
  }

  private void release() {
    long before;
    Outcome release;
    lock.lock();
    try {
      if (releaseBefore == 0) {
        return;
      }
      before = releaseBefore;
      releaseBefore = 0;
      release = nextRelease;
      nextRelease = new Outcome();
    } finally {
      lock.unlock();
    }
    try {
      writer.release(before);
      release.succeed();
    } catch (IOException e) {
      release.fail(refused(e));
    } catch (RuntimeException | Error e) {
      release.fail(failed("the writer ended", e));
      throw e;
    }
  }

  private void end(JournalException end) {
    lock.lock();
    try {
      ended = end;
      filling.written.fail(end);
      nextForce.fail(end);
      nextRelease.fail(end);
    } finally {
      lock.unlock();
    }
    room.end();
  }

  private JournalException failed(String what, Throwable cause) {
    return cause instanceof JournalException known
        ? known
        : new JournalException(
            new JournalFault.Failed(writer.path(), "%s (%s)".formatted(what, cause)), cause);
  }
}
