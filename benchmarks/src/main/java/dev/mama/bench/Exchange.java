package dev.mama.bench;

import dev.mama.bench.compare.Host;
import java.time.Duration;

/** Messages between the agents of one host, counted at their receivers. */
interface Exchange extends AutoCloseable {

  /** How long one run takes at most. */
  Duration LIMIT = Duration.ofSeconds(60);

  /**
   * Exchanges messages and returns when all of them have been handled.
   *
   * @param laps how far to go; messages are in proportion to it
   * @return how many messages that were
   * @throws IllegalStateException if one was lost or handled twice
   * @throws InterruptedException if interrupted meanwhile
   */
  long run(int laps) throws InterruptedException;

  /** Stops the host. */
  @Override
  void close();

  /** Makes an exchange on a host. */
  interface On {

    /**
     * Starts the agents.
     *
     * @throws InterruptedException if interrupted meanwhile
     */
    Exchange open(Host.Start host) throws InterruptedException;
  }
}
