package dev.mama.spi;

import dev.mama.Time;
import java.util.concurrent.ExecutorService;
import java.util.random.RandomGenerator;

/**
 * What a group runs on besides the agents' own time: threads, the clock that goes with them, and
 * the chance in its ids. A group takes the real machine; a test kit gives it one whose threads it
 * runs itself, so that a run can be had again.
 *
 * <p>Implementations are thread-safe.
 */
public interface Machine {

  /**
   * The clock by which a group watches over threads that wait, and lets its agents finish when it
   * closes.
   */
  Time time();

  /**
   * How many turns may run at once, those that wait not counted, and how many threads serve heavy
   * arithmetic; at least 1.
   */
  int parallelism();

  /**
   * Starts a virtual thread for each task. The group that asks for it shuts it down.
   *
   * @param group the group's name, for the threads' names
   */
  ExecutorService threads(String group);

  /**
   * Runs heavy arithmetic on a few threads. The group that asks for it shuts it down.
   *
   * @param group the group's name, for the threads' names
   */
  ExecutorService processors(String group);

  /** What keeps the ids of two groups apart. */
  RandomGenerator chance();
}
