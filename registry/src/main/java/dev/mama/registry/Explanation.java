package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.Standing;
import java.util.List;

/**
 * Why an agent stands as it does: its latest evidence, and how much each piece counts.
 *
 * <p>Immutable.
 *
 * @param agent who
 * @param standing how it stands at the moment of the explanation
 * @param evidence the latest records about it, newest first
 * @param older the weight of all evidence before those, in interactions; with the weights of {@code
 *     evidence} it comes to {@link Standing#evidence}
 */
public record Explanation(AgentId agent, Standing standing, List<Counted> evidence, double older) {

  /**
   * One piece of evidence.
   *
   * @param evidence what is known
   * @param number its place among all records about the agent, from 1 on
   * @param vote how much its rater's word counted when it came, in [0, 1]; 1 unless it is an
   *     opinion
   * @param weight what it weighs in the agent's trust now, in [0, 1]: vote and age; 0 for an answer
   *     that was only witnessed, which speaks for success and time alone
   */
  public record Counted(Evidence evidence, int number, double vote, double weight) {}

  public Explanation {
    evidence = List.copyOf(evidence);
  }
}
