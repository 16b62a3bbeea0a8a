package dev.mama.marl;

/**
 * What a policy file says of itself.
 *
 * <p>Immutable.
 *
 * @param name what it is called, 1 to 64 characters of A-Z a-z 0-9 . _ -
 * @param shape what it chooses among
 * @param rule the rule that the network corrects
 * @param seed what its learner drew from
 * @param environment the names of the worlds it was trained in
 * @param commit of the code that trained it
 * @param decisions how many it was trained on, tuning of the rule included
 * @param score its mean reward per decision on runs kept for that
 */
public record PolicyManifest(
    String name,
    ActionShape shape,
    Rule rule,
    long seed,
    String environment,
    String commit,
    long decisions,
    double score) {

  private static final String NAME = "[A-Za-z0-9._-]{1,64}";

  /**
   * @throws IllegalArgumentException if the name is none, or the score is not finite
   */
  public PolicyManifest {
    if (!name.matches(NAME)) {
      throw new IllegalArgumentException(
          "policy name '%s' must be 1 to 64 characters of A-Z a-z 0-9 . _ -".formatted(name));
    }
    if (!Double.isFinite(score)) {
      throw new IllegalArgumentException(
          "score %s of policy '%s' must be finite".formatted(score, name));
    }
  }
}
