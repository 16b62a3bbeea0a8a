package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.MailboxFullException;
import dev.mama.Time;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * Slows messages to agents elsewhere that have refused one because their mailbox was full: each
 * refusal in a row doubles the pause, up to two seconds.
 */
final class HoldBack {

  private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long JAM_NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Pause(long untilNanos, long nanos) {
    /** A refusal soon after a pause belongs to the same jam. */
    boolean isRecent(long now) {
      return now - untilNanos < Math.max(JAM_NANOS, 2 * nanos);
    }
  }

  private final ConcurrentMap<AgentId, Pause> pauses = new ConcurrentHashMap<>();
  private final Time time;

  HoldBack(Time time) {
    this.time = time;
  }

  /** {@code agent} has refused a message. */
  void refused(AgentId agent) {
    long now = time.nanos();
    pauses.compute(
        agent,
        (id, before) -> {
          long nanos =
              before != null && before.isRecent(now)
                  ? Math.min(LONGEST_NANOS, 2 * before.nanos())
                  : FIRST_NANOS;
          return new Pause(now + nanos, nanos);
        });
  }

  /**
   * Waits while messages to {@code agent} are held back.
   *
   * @throws MailboxFullException if that would last longer than {@code limit}
   */
  void await(AgentId agent, Duration limit) throws InterruptedException {
    long end = time.nanos() + limit.toNanos();
    Pause pause;
    while ((pause = pauses.get(agent)) != null) {
      long now = time.nanos();
      long left = pause.untilNanos() - now;
      if (left <= 0) {
        if (!pause.isRecent(now)) {
          pauses.remove(agent, pause);
        }
        return;
      }
      if (end - now < left) {
        throw new MailboxFullException(
            agent,
            "agent '%s' refuses messages because its mailbox is full; held back longer than %s; slow the sender"
                .formatted(agent, limit));
      }
      time.sleep(Duration.ofNanos(left));
    }
  }
}
