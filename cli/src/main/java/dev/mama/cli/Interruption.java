package dev.mama.cli;

import dev.mama.examples.InputException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C (and SIGTERM) into a wish to stop: the JVM waits until the command has drained and
 * reported.
 */
final class Interruption implements AutoCloseable {

  private static final long LONGEST_DRAIN_SECONDS = 60;

  private final CountDownLatch finished = new CountDownLatch(1);
  private final Thread hook = new Thread(this::wish, "mama-stop");
  private volatile boolean wished;

  Interruption() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether somebody wants the command to stop. */
  boolean wished() {
    return wished;
  }

  /**
   * Ends what has not begun yet.
   *
   * @throws InputException if somebody wants the command to stop
   */
  void check() {
    if (wished) {
      throw new InputException("stopped before it began; nothing was written");
    }
  }

  private void wish() {
    wished = true;
    System.err.println("\nmama: stopping; what is under way is finished and reported");
    try {
      if (!finished.await(LONGEST_DRAIN_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("mama: still not finished; giving up");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets the JVM go. */
  @Override
  public void close() {
    finished.countDown();
    if (!wished) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        wished = true; // it began this very moment, and finds nothing to wait for
      }
    }
  }
}
