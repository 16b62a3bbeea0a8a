package dev.mama.runtime;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * A group's threads, and others once it has closed them: what comes that late is refused and
 * recorded, too.
 */
record AlsoWhenClosed(Executor threads) implements Executor {

  @Override
  public void execute(Runnable task) {
    try {
      threads.execute(task);
    } catch (RejectedExecutionException closed) {
      Thread.startVirtualThread(task);
    }
  }
}
