package dev.mama;

/**
 * A side of an agent's conduct that can be judged by itself.
 *
 * <p>Immutable.
 */
public enum Dimension {
  /** It does what it takes on: it answers, and in time. */
  RELIABILITY,

  /** What it does is good; said by {@link Rating#quality()}. */
  COMPETENCE,

  /** It treats everybody alike. */
  FAIRNESS,

  /** It keeps what it is told to itself and does no harm. */
  SECURITY,

  /** It says what it did and how sure it is. */
  TRANSPARENCY
}
