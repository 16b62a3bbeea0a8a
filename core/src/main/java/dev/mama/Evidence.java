package dev.mama;

import java.time.Duration;
import java.time.Instant;

/**
 * What is known of one interaction: the only thing that moves trust. Its kind is its basis, and the
 * basis decides how much it counts.
 *
 * <p>Immutable.
 */
public sealed interface Evidence {

  /** Who was asked for help. */
  AgentId subject();

  /** When it happened. */
  Instant at();

  /** The interaction's trace. */
  Trace trace();

  /** The same evidence of another time. */
  default Evidence at(Instant at) {
    return switch (this) {
      case Witnessed e -> new Witnessed(e.subject, e.answered, e.took, at, e.trace);
      case Checked e -> new Checked(e.rater, e.subject, e.rating, e.found, at, e.trace);
      case Opinion e -> new Opinion(e.rater, e.subject, e.rating, at, e.trace);
    };
  }

  /**
   * Seen by the runtime itself; nobody's word is needed. It says whether an answer came and when,
   * not what the answer was worth.
   *
   * @param answered whether an answer came in time
   * @param took time from asking to the answer, or to giving up; not negative
   */
  record Witnessed(AgentId subject, boolean answered, Duration took, Instant at, Trace trace)
      implements Evidence {

    /**
     * @throws IllegalArgumentException if {@code took} is negative
     */
    public Witnessed {
      if (took.isNegative()) {
        throw new IllegalArgumentException("time taken %s must not be negative".formatted(took));
      }
    }
  }

  /**
   * Judged against a known answer or by a second agent. It tells about two agents at once: what the
   * subject's help was worth, and how far the rater's word can be believed.
   *
   * @param rater who asked and rated
   * @param rating what the rater said
   * @param found what it was truly worth; this is what counts for the subject
   */
  record Checked(
      AgentId rater, AgentId subject, Rating rating, Rating found, Instant at, Trace trace)
      implements Evidence {

    /**
     * @throws IllegalArgumentException if an agent rates itself
     */
    public Checked {
      refuseSelf(rater, subject);
    }
  }

  /**
   * A rating that nobody has checked. It counts as much as the rater has proved right where it was
   * checked.
   *
   * @param rater who asked and rated
   * @param rating what the rater said
   */
  record Opinion(AgentId rater, AgentId subject, Rating rating, Instant at, Trace trace)
      implements Evidence {

    /**
     * @throws IllegalArgumentException if an agent rates itself
     */
    public Opinion {
      refuseSelf(rater, subject);
    }
  }

  private static void refuseSelf(AgentId rater, AgentId subject) {
    if (rater.equals(subject)) {
      throw new IllegalArgumentException("agent '%s' must not rate itself".formatted(rater));
    }
  }
}
