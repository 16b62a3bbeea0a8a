package dev.mama;

import java.time.Duration;

/**
 * What a group does about an agent's turns that fail or last too long.
 *
 * <p>A message whose turn fails is tried again, after a pause that doubles each time; meanwhile its
 * agent's later messages wait. After the last try the message is dead: recorded with its cause and
 * trace, and told to an asker. A message that has been answered is not tried again.
 *
 * <p>Immutable.
 *
 * @param reaction what becomes of the agent
 * @param tries how often a message is tried in all, 1 to 1,000
 * @param backOff pause before the second try, then twice as long each time, at most a minute; not
 *     negative
 * @param turnLimit how long a turn may last before it is reported with its stack; positive
 * @param cancelsOverdue whether a turn beyond its limit is interrupted as well
 */
public record Supervision(
    Reaction reaction, int tries, Duration backOff, Duration turnLimit, boolean cancelsOverdue) {

  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** What becomes of an agent whose turn has failed. */
  public enum Reaction {
    /** It goes on as it is. */
    RESUME,
    /** It is replaced by a new one of its type before the next turn; its mailbox stays. */
    RESTART,
    /** After the last try it is stopped, and what waits in its mailbox is dead. */
    STOP,
    /** After the last try it is stopped, and the group's escalation is told. */
    ESCALATE
  }

  /**
   * @throws IllegalArgumentException if a value is out of its range
   */
  public Supervision {
    if (tries < 1 || tries > 1_000) {
      throw new IllegalArgumentException("tries %d must be 1 to 1,000".formatted(tries));
    }
    if (backOff.isNegative()) {
      throw new IllegalArgumentException("backOff %s must not be negative".formatted(backOff));
    }
    if (!turnLimit.isPositive()) {
      throw new IllegalArgumentException("turnLimit %s must be positive".formatted(turnLimit));
    }
  }

  /**
   * {@code reaction} after one try; 100 ms before a second one, where there is to be one; turns
   * reported after a minute.
   */
  public static Supervision of(Reaction reaction) {
    return new Supervision(reaction, 1, Duration.ofMillis(100), Duration.ofMinutes(1), false);
  }

  /** The same with {@code tries} in all. */
  public Supervision withTries(int tries) {
    return new Supervision(reaction, tries, backOff, turnLimit, cancelsOverdue);
  }

  /** The same with {@code pause} before the second try. */
  public Supervision withBackOff(Duration pause) {
    return new Supervision(reaction, tries, pause, turnLimit, cancelsOverdue);
  }

  /** The same with turns reported after {@code limit}. */
  public Supervision withTurnLimit(Duration limit) {
    return new Supervision(reaction, tries, backOff, limit, cancelsOverdue);
  }

  /** The same with turns interrupted, not only reported, after their limit. */
  public Supervision cancellingOverdue() {
    return new Supervision(reaction, tries, backOff, turnLimit, true);
  }

  /** The pause after {@code failures} failures of one message, at least 1. */
  public Duration pauseAfter(int failures) {
    Duration pause = backOff.multipliedBy(1L << Math.min(20, failures - 1));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }
}
