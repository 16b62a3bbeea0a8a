package dev.mama.negotiation;

import java.time.Duration;

/**
 * How negotiations are held, and the limits on everything in them.
 *
 * <p>Immutable.
 *
 * @param planner who makes the plan
 * @param invite how many are invited, 1 to 10,000
 * @param quorum how many valid offers are enough; never fewer than the demand has members; 1 to
 *     10,000
 * @param rounds how often those who offered may be called, counter-offers included; 1 to 10
 * @param centerRounds how often a model may be asked for the plan; in the last round there is
 *     nothing but a plan to answer with; 1 to 10
 * @param limits how long each phase may take
 * @param weights what makes one offer better than another
 */
public record Rules(
    Planner planner,
    int invite,
    int quorum,
    int rounds,
    int centerRounds,
    Limits limits,
    Weights weights) {

  /** Who makes a plan of the offers. */
  public enum Planner {
    /** A model, in a loop of tools; where it fails, the ranking. */
    MODEL,
    /** The ranking alone: the contract net. Nothing is asked of a model by the negotiator. */
    RANKING
  }

  /**
   * How long things may take; each more than nothing unless it says otherwise, at most 30 days.
   *
   * @param formulation for the model that puts the demand into words
   * @param offers for the answers of one round
   * @param grace how long after enough valid offers are there better ones are still waited for; may
   *     be zero. Without it the fastest win, not the best
   * @param center for each answer of the model that makes the plan
   * @param asking for what the center asks of agents
   * @param sub for a negotiation that the center opens
   * @param confirmation for those whom the plan names; who is silent is released
   * @param performance for the results of the shares; zero if results are not awaited
   * @param total for the negotiation as a whole
   */
  public record Limits(
      Duration formulation,
      Duration offers,
      Duration grace,
      Duration center,
      Duration asking,
      Duration sub,
      Duration confirmation,
      Duration performance,
      Duration total) {

    private static final Duration LONGEST = Duration.ofDays(30);

    /**
     * 30 s for the model's words, for offers, and for what the center asks of agents; 2 s of grace;
     * 60 s for each answer of the center's model, 180 s for a negotiation within this one; 300 s to
     * confirm; results are not awaited; 15 min in all.
     */
    public static final Limits DEFAULT =
        new Limits(
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(2),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofSeconds(180),
            Duration.ofSeconds(300),
            Duration.ZERO,
            Duration.ofMinutes(15));

    /**
     * @throws IllegalArgumentException if a limit is out of its range
     */
    public Limits {
      positive("formulation", formulation);
      positive("offers", offers);
      positive("center", center);
      positive("asking", asking);
      positive("sub", sub);
      positive("confirmation", confirmation);
      positive("total", total);
      range("grace", grace);
      range("performance", performance);
    }

    private static void positive(String name, Duration limit) {
      range(name, limit);
      if (limit.toMillis() == 0) {
        throw new IllegalArgumentException("limit '%s' is %s; give it 1 ms".formatted(name, limit));
      }
    }

    private static void range(String name, Duration limit) {
      if (limit.isNegative() || limit.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            "limit '%s' is %s; it must be 0 to %s".formatted(name, limit, LONGEST));
      }
    }

    /** The same with another limit for offers, and for the grace after enough of them. */
    public Limits offers(Duration limit, Duration grace) {
      return new Limits(
          formulation, limit, grace, center, asking, sub, confirmation, performance, total);
    }

    /** The same with another limit for each model that the center asks. */
    public Limits models(Duration limit) {
      return new Limits(limit, offers, grace, limit, asking, sub, confirmation, performance, total);
    }

    /** The same with another limit for what the center asks of agents. */
    public Limits asking(Duration limit) {
      return new Limits(
          formulation, offers, grace, center, limit, sub, confirmation, performance, total);
    }

    /** The same with another limit for confirming. */
    public Limits confirmation(Duration limit) {
      return new Limits(formulation, offers, grace, center, asking, sub, limit, performance, total);
    }

    /** The same, awaiting results for so long; not at all if zero. */
    public Limits performance(Duration limit) {
      return new Limits(
          formulation, offers, grace, center, asking, sub, confirmation, limit, total);
    }

    /** The same with another limit for the whole. */
    public Limits total(Duration limit) {
      return new Limits(
          formulation, offers, grace, center, asking, sub, confirmation, performance, limit);
    }
  }

  /**
   * How much each side of an offer counts; not negative, not all zero.
   *
   * @param price that it is cheap, among the offers of its round
   * @param quality that it says it is good
   * @param trust that its agent has been found good
   */
  public record Weights(double price, double quality, double trust) {

    /** Trust counts as much as price and promised quality together. */
    public static final Weights DEFAULT = new Weights(0.25, 0.25, 0.5);

    /**
     * @throws IllegalArgumentException if a weight is negative or not finite, or all are zero
     */
    public Weights {
      double sum = price + quality + trust;
      if (!(price >= 0 && quality >= 0 && trust >= 0 && sum > 0 && Double.isFinite(sum))) {
        throw new IllegalArgumentException(
            "weights of price %s, quality %s and trust %s must be finite, not negative, and not all 0"
                .formatted(price, quality, trust));
      }
    }
  }

  private static final int MOST = 10_000;
  private static final int MOST_ROUNDS = 10;
  private static final Duration RESULTS = Duration.ofMinutes(5);

  /**
   * @throws IllegalArgumentException if something is out of its range
   */
  public Rules {
    range("invite", invite, MOST);
    range("quorum", quorum, MOST);
    range("rounds", rounds, MOST_ROUNDS);
    range("centerRounds", centerRounds, MOST_ROUNDS);
  }

  private static void range(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException("%s %d must be 1 to %,d".formatted(name, value, most));
    }
  }

  /** A model makes the plan, of the offers of ten agents, in at most two rounds. */
  public static Rules synthesis() {
    return new Rules(Planner.MODEL, 10, 1, 1, 2, Limits.DEFAULT, Weights.DEFAULT);
  }

  /**
   * The iterated contract net: the best of ten offers win, after at most three calls, and their
   * results are awaited for five minutes.
   */
  public static Rules contractNet() {
    Limits limits = Limits.DEFAULT.performance(RESULTS);
    return new Rules(Planner.RANKING, 10, 1, 3, 1, limits, Weights.DEFAULT);
  }

  /** The same for so many invited. */
  public Rules invite(int agents) {
    return new Rules(planner, agents, quorum, rounds, centerRounds, limits, weights);
  }

  /** The same with so many valid offers being enough. */
  public Rules quorum(int offers) {
    return new Rules(planner, invite, offers, rounds, centerRounds, limits, weights);
  }

  /** The same with so many calls. */
  public Rules rounds(int calls) {
    return new Rules(planner, invite, quorum, calls, centerRounds, limits, weights);
  }

  /** The same with so many answers of the model that makes the plan. */
  public Rules centerRounds(int answers) {
    return new Rules(planner, invite, quorum, rounds, answers, limits, weights);
  }

  /** The same with other limits. */
  public Rules limits(Limits others) {
    return new Rules(planner, invite, quorum, rounds, centerRounds, others, weights);
  }

  /** The same with other weights. */
  public Rules weights(Weights others) {
    return new Rules(planner, invite, quorum, rounds, centerRounds, limits, others);
  }
}
