package dev.mama.llm;

import java.time.Duration;

/** Waits a time out; a test's sleeper moves a clock instead. */
interface Sleeper {

  /**
   * Returns after {@code time}.
   *
   * @throws dev.mama.ChatException if the client is closed meanwhile
   */
  void sleep(Duration time) throws InterruptedException;
}
