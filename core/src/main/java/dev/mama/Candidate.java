package dev.mama;

/**
 * An agent that may help, with what is known of it at the moment of the decision.
 *
 * <p>Immutable.
 *
 * @param agent who
 * @param similarity cosine of its card with the need, in [-1, 1]
 * @param standing how it stands with those who worked with it
 * @param load how many asks of this process it has not answered yet; not negative
 */
public record Candidate(AgentId agent, double similarity, Standing standing, int load) {

  /**
   * @throws IllegalArgumentException if the similarity is not a number or the load is negative
   */
  public Candidate {
    if (Double.isNaN(similarity) || load < 0) {
      throw new IllegalArgumentException(
          "candidate '%s' has similarity %s and load %d; a number and at least 0 are needed"
              .formatted(agent, similarity, load));
    }
  }
}
