package dev.mama.testkit;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Bytes on a way that takes its time: they arrive in the order sent, each as late as it was sent
 * late. At most 1,024 pieces are under way; a further one waits.
 *
 * <p>One thread sends; a thread of its own lets arrive.
 */
final class LongWay {

  private static final int UNDER_WAY = 1_024;

  /** The far end. */
  @FunctionalInterface
  interface End {
    void arrive(byte[] bytes) throws IOException;
  }

  /** Bytes under way; none are the end of all. */
  private static final class Piece {
    final byte[] bytes;
    final long dueNanos;

    Piece(byte[] bytes, long dueNanos) {
      this.bytes = bytes;
      this.dueNanos = dueNanos;
    }
  }

  private final End end;
  private final Runnable broken;
  private final BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(UNDER_WAY);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread = Thread.ofVirtual().unstarted(this::run);

  /**
   * @param broken told when the end takes nothing any more
   */
  LongWay(End end, Runnable broken) {
    this.end = end;
    this.broken = broken;
  }

  void start(String name) {
    thread.setName(name);
    thread.start();
  }

  /** Sends {@code bytes}, which the caller does not change any more. */
  void send(byte[] bytes, long delayNanos) throws InterruptedException, IOException {
    put(new Piece(bytes, System.nanoTime() + delayNanos));
  }

  /** Waits until all that was sent has arrived; nothing more is sent. */
  void awaitArrival() throws InterruptedException, IOException {
    put(new Piece(new byte[0], System.nanoTime()));
    ended.await();
  }

  private void put(Piece piece) throws InterruptedException, IOException {
    while (!pieces.offer(piece, 100, TimeUnit.MILLISECONDS)) {
      if (ended.getCount() == 0) {
        throw new IOException("the connection has ended");
      }
    }
  }

  /** What is under way is lost. */
  void close() {
    thread.interrupt();
  }

  private void run() {
    try {
      while (true) {
        Piece piece = pieces.take();
        if (piece.bytes.length == 0) {
          return;
        }
        long left = piece.dueNanos - System.nanoTime();
        if (left > 0) {
          TimeUnit.NANOSECONDS.sleep(left);
        }
        end.arrive(piece.bytes);
      }
    } catch (IOException e) {
      broken.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ended.countDown();
    }
  }
}
