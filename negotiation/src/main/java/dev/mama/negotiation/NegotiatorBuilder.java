package dev.mama.negotiation;

import dev.mama.AgentId;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Assistance;

/**
 * Describes a negotiator; every option has a default.
 *
 * <p>Not thread-safe.
 */
public final class NegotiatorBuilder {

  private static final int LONGEST_NAME = 100;
  private static final int MOST_AT_ONCE = 100_000;

  private final AgentGroup group;
  private final Assistance assistance;
  private String name = "negotiator";
  private Rules rules = Rules.synthesis();
  private Prompts prompts = Prompts.builtIn();
  private Judge judge = Judge.performedIsGood();
  private int atOnce = 1_000;
  private boolean durable;

  /** What a negotiator was built with; this class documents each. */
  record Options(
      String name,
      Assistance assistance,
      Rules rules,
      Prompts prompts,
      Judge judge,
      int atOnce,
      boolean durable) {}

  NegotiatorBuilder(AgentGroup group, Assistance assistance) {
    this.group = group;
    this.assistance = assistance;
  }

  /**
   * What the ids of its agents begin with; {@code negotiator} by default. Unique in the experiment;
   * after a kill the same as before. At most 100 characters.
   */
  public NegotiatorBuilder name(String name) {
    this.name = name;
    return this;
  }

  /** How negotiations are held; {@link Rules#synthesis} by default. */
  public NegotiatorBuilder rules(Rules rules) {
    this.rules = rules;
    return this;
  }

  /** What models are asked; the templates that come with the module by default. */
  public NegotiatorBuilder prompts(Prompts prompts) {
    this.prompts = prompts;
    return this;
  }

  /** What results are worth; all the same by default. */
  public NegotiatorBuilder judge(Judge judge) {
    this.judge = judge;
    return this;
  }

  /** How many negotiations there may be at once; 1,000 by default, 1 to 100,000. */
  public NegotiatorBuilder atOnce(int negotiations) {
    this.atOnce = negotiations;
    return this;
  }

  /** Has negotiations outlive the process; the group needs a folder for durable agents. */
  public NegotiatorBuilder durable() {
    this.durable = true;
    return this;
  }

  /**
   * The negotiator, open. To be called before the group is resumed, because it defines types.
   *
   * @throws IllegalArgumentException if an option is out of its range, the name is taken, or it
   *     shall be durable and the group has no folder
   * @throws InterruptedException if interrupted while waiting for the transport
   */
  public Negotiator open() throws InterruptedException {
    if (name.length() > LONGEST_NAME || atOnce < 1 || atOnce > MOST_AT_ONCE) {
      throw new IllegalArgumentException(
          "name of %d characters, %d at once; a name has at most %d, and 1 to %,d go at once"
              .formatted(name.length(), atOnce, LONGEST_NAME, MOST_AT_ONCE));
    }
    var unused = AgentId.of(name); // the same rule
    return new Negotiator(
        group, new Options(name, assistance, rules, prompts, judge, atOnce, durable));
  }
}
