package dev.mama.registry;

import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * What a ledger gives for evidence that is in line to be kept; one for all that share a block.
 *
 * <p>Thread-safe.
 */
public final class Receipt {

  private final CountDownLatch done = new CountDownLatch(1);
  private volatile @Nullable LedgerException failure;

  Receipt() {}

  /**
   * Waits until the evidence is kept at the ledger's grade, and counts.
   *
   * @throws LedgerException if it was refused, or the ledger failed: it does not count
   * @throws InterruptedException if interrupted while waiting; the evidence stays in line
   */
  public void await() throws InterruptedException {
    done.await();
    LedgerException failed = failure;
    if (failed != null) {
      throw new LedgerException(failed.fault(), failed); // with the stack of who waited
    }
  }

  /** Whether {@link #await} would return, or throw, at once. */
  public boolean isDone() {
    return done.getCount() == 0;
  }

  void succeed() {
    done.countDown();
  }

  void fail(LedgerException failed) {
    failure = failed;
    done.countDown();
  }

  /** Waits however often it is interrupted, and keeps the interrupt for later. */
  void awaitUninterruptibly() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          await();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
