package dev.mama.llm;

import java.time.Duration;

/**
 * From when on the models are hard pressed. A level is left again at 60 % of what it is entered at,
 * so that it does not flicker.
 *
 * <p>Immutable.
 *
 * @param slowShare share of {@link LlmEndpoint#maxWaiting} that waits, from which on it is SLOW, in
 *     (0, 1]
 * @param essentialShare from which on it is ESSENTIAL, in (slowShare, 1]
 * @param slowWait how long whoever comes last would wait, from which on it is SLOW
 */
public record PressureOptions(double slowShare, double essentialShare, Duration slowWait) {

  /** Half the line, nine tenths of it, 30 s. */
  public static final PressureOptions DEFAULT =
      new PressureOptions(0.5, 0.9, Duration.ofSeconds(30));

  /**
   * @throws IllegalArgumentException if a value is out of its range
   */
  public PressureOptions {
    if (!(slowShare > 0 && slowShare < essentialShare && essentialShare <= 1)) {
      throw new IllegalArgumentException(
          "slowShare %s and essentialShare %s must be 0 < slowShare < essentialShare <= 1"
              .formatted(slowShare, essentialShare));
    }
    if (!slowWait.isPositive()) {
      throw new IllegalArgumentException("slowWait %s must be positive".formatted(slowWait));
    }
  }
}
