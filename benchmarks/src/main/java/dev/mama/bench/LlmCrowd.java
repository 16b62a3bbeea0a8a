package dev.mama.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * So many callers, each of whom asks again as soon as there is an answer.
 *
 * <p>Confined to one thread.
 */
final class LlmCrowd implements AutoCloseable {

  private final AtomicBoolean going = new AtomicBoolean(true);
  private final LongAdder answered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final List<Thread> threads = new ArrayList<>();
  private final List<Samples> samples = new ArrayList<>();
  private volatile boolean measuring;

  LlmCrowd(LlmCaller caller, int callers) {
    for (int i = 0; i < callers; i++) {
      var own = new Samples();
      samples.add(own);
      threads.add(Thread.ofVirtual().start(() -> ask(caller, own)));
    }
  }

  /** Keeps the time of each call from now on. */
  void measure() {
    measuring = true;
  }

  long answered() {
    return answered.sum();
  }

  long failed() {
    return failed.sum();
  }

  private void ask(LlmCaller caller, Samples own) {
    try {
      while (going.get()) {
        long start = System.nanoTime();
        boolean measured = measuring;
        if (!caller.call()) {
          failed.increment();
          Thread.sleep(5);
        } else {
          answered.increment();
          if (measured) {
            own.add(System.nanoTime() - start);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for the calls under way, and returns the time of each that was measured. */
  Samples end() throws InterruptedException {
    going.set(false);
    for (Thread thread : threads) {
      thread.join();
    }
    return Samples.all(samples);
  }

  /** Interrupts the calls under way. */
  @Override
  public void close() {
    going.set(false);
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
