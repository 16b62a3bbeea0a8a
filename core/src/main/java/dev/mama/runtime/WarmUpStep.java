package dev.mama.runtime;

/** Something that is slow the first time, and is better done before anybody waits for it. */
@FunctionalInterface
public interface WarmUpStep {

  /**
   * Does it.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  void run() throws InterruptedException;
}
