package dev.mama.journal;

import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Something that the writer will have done, or failed to do, for all who wait for it.
 *
 * <p>Thread-safe.
 */
final class Outcome {

  private final CountDownLatch done = new CountDownLatch(1);
  private volatile @Nullable JournalException failure;

  void succeed() {
    done.countDown();
  }

  void fail(JournalException failure) {
    this.failure = failure;
    done.countDown();
  }

  /** Waits until it is done; an interrupt ends the waiting, not the work. */
  void await() throws InterruptedException {
    done.await();
    JournalException failed = failure;
    if (failed != null) {
      throw new JournalException(failed.fault(), failed); // with the stack of who waited
    }
  }
}
