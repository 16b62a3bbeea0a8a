package dev.mama.registry;

/** Waits for the end of threads. */
final class Ending {

  private Ending() {}

  /** Waits until {@code thread} has ended, however often interrupted; the interrupt is kept. */
  static void await(Thread thread) {
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
}
