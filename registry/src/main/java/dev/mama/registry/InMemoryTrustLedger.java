package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Dimension;
import dev.mama.Evidence;
import dev.mama.Standing;
import dev.mama.Time;
import dev.mama.spi.TrustLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Beta reputation with forgetting by time and with raters weighed by how well their word agrees
 * with checked evidence, in the memory of this process.
 *
 * <p><b>Subjects.</b> Evidence of age <i>t</i> weighs 2<sup>−t/half-life</sup>, an opinion that
 * times its rater's {@link #vote}. With <i>n</i> the weight of all evidence about an agent and
 * <i>r</i> the weighted sum of its worth, its trust is (r + 1) / (n + 2): the mean of a Beta
 * distribution whose prior is worth two interactions of quality 0.5. This is the reputation of A.
 * Jøsang and R. Ismail, <i>The Beta Reputation System</i>, 15th Bled Electronic Commerce
 * Conference, 2002, with their forgetting per rating replaced by one per time. The success rate is
 * estimated in the same way, and the response time is the weighted mean of the answered
 * interactions, drawn by the same two interactions to {@link Standing#UNKNOWN_RESPONSE_MILLIS}. So
 * all figures of an agent that is no longer rated drift back to the unknown, none to zero. The
 * lower bound is the normal approximation of the 5 % quantile: mean − 1.645 standard deviations of
 * that Beta, not below 0.
 *
 * <p><b>Raters.</b> Where a rater said <i>y</i> and <i>x</i> was found, it agreed by 1 − |y − x|.
 * Its credibility <i>c</i> is the mean agreement, drawn by two checks to 0.5, and checks are
 * forgotten ten times more slowly than evidence. Its opinions count min(1, (c − 0.6) / 0.3), and
 * nothing below 0.6: who was never checked has no vote, so made-up raters have none, and neither
 * has a liar that took a new name. Three checks in a row that agree give half a vote or more, eight
 * a whole one. Trust in an agent as a subject never enters here: a gang would raise itself first
 * and then vote with that weight, as {@code ./mama bench trust} shows.
 *
 * <p><b>Order.</b> Checked and witnessed evidence comes to the same in any order, up to rounding.
 * An opinion is weighed when it arrives, so it matters which of its rater's checks arrived before;
 * a liar that is found out keeps what it did until then. Evidence from the future (clocks differ)
 * counts as of now, the moment it arrives: it can never weigh more than one.
 *
 * <p>Recording and reading cost the same however much evidence there is, and calls about different
 * agents do not wait for each other. It keeps some 160 bytes for each agent that was rated or
 * checked, besides the agent's id, and an enum map more where other dimensions than competence are
 * spoken of, and forgets none of them. Nothing is kept for a pair of agents, or for a rater without
 * a vote.
 *
 * <p>Thread-safe.
 */
public final class InMemoryTrustLedger implements TrustLedger {

  /**
   * The half-life of {@link #create()}: 7 days.
   *
   * <p>Forgetting bounds what can be known: an agent rated <i>m</i> times in a half-life comes to
   * have <i>m</i> / ln 2 interactions' worth of evidence and never more. Rated seven times a day
   * that is about 71, and the standard deviation of its trust at most 0.06: enough to tell a good
   * helper from a fair one, while the good name of one that turns bad is half gone in a week. Where
   * agents are rated far more often, a shorter one follows changes faster at the same precision.
   */
  public static final Duration DEFAULT_HALF_LIFE = Duration.ofDays(7);

  private static final double CHECKS_LAST_LONGER = 10;
  private static final double NO_VOTE = 0.6;
  private static final double WHOLE_VOTE = 0.9;

  /** Agreed checks that make a whole vote: (8 + 1) / (8 + 2) = 0.9. */
  private static final double PRETRUSTED_CHECKS = 8;

  private final ConcurrentHashMap<AgentId, Account> accounts = new ConcurrentHashMap<>();
  private final Halving evidence;
  private final Halving checks;
  private final Weights weights;
  private final Time time;
  private final Instant origin;

  private InMemoryTrustLedger(Duration halfLife, Time time, Weights weights) {
    this.evidence = Halving.every(halfLife);
    this.checks = new Halving(CHECKS_LAST_LONGER * evidence.halfLifeSeconds());
    this.time = time;
    this.origin = time.now();
    this.weights = weights;
  }

  /** An empty ledger on the machine's clock, with {@link #DEFAULT_HALF_LIFE}. */
  public static InMemoryTrustLedger create() {
    return create(DEFAULT_HALF_LIFE, Time.system());
  }

  /**
   * An empty ledger in which all dimensions weigh alike.
   *
   * @param halfLife after which evidence counts half; very long to forget nothing
   * @throws IllegalArgumentException if {@code halfLife} is not positive
   */
  public static InMemoryTrustLedger create(Duration halfLife, Time time) {
    return create(halfLife, time, Weights.EQUAL);
  }

  /**
   * An empty ledger.
   *
   * @param halfLife after which evidence counts half; very long to forget nothing
   * @param weights how much each dimension weighs in what a rating comes to; only their ratios
   *     matter, those that are missing weigh nothing, and competence must weigh something. A rating
   *     comes to the weighted mean of those dimensions that it speaks of
   * @throws IllegalArgumentException if {@code halfLife} is not positive, a weight is not finite or
   *     is negative, or that of competence is 0
   */
  public static InMemoryTrustLedger create(
      Duration halfLife, Time time, Map<Dimension, Double> weights) {
    return create(halfLife, time, Weights.of(weights));
  }

  private static InMemoryTrustLedger create(Duration halfLife, Time time, Weights weights) {
    if (!halfLife.isPositive()) {
      throw new IllegalArgumentException("half-life %s must be positive".formatted(halfLife));
    }
    return new InMemoryTrustLedger(halfLife, time, weights);
  }

  /**
   * Gives {@code rater} a whole vote from now on, as if eight checks had found it right; for raters
   * that the application knows. Checks that find it wrong, and time, take it away again.
   */
  public void preTrust(AgentId rater) {
    account(rater).addCheck(1, PRETRUSTED_CHECKS, now(), checks);
  }

  /** How much an opinion of {@code rater} would count now, in [0, 1]; 0 if it was never checked. */
  public double vote(AgentId rater) {
    Account account = accounts.get(rater);
    double credibility = account == null ? 0 : account.credibility(now(), checks);
    return Math.clamp((credibility - NO_VOTE) / (WHOLE_VOTE - NO_VOTE), 0, 1);
  }

  @Override
  public void record(Evidence given) {
    double at = Math.min(secondsSinceOrigin(given.at()), now());
    switch (given) {
      case Evidence.Witnessed seen ->
          account(seen.subject()).addWitnessed(seen.answered(), seen.took(), at, evidence);
      case Evidence.Checked checked -> {
        account(checked.subject()).add(checked.found(), 1, at, evidence, weights);
        double agreement = weights.agreement(checked.rating(), checked.found());
        account(checked.rater()).addCheck(agreement, 1, at, checks);
      }
      case Evidence.Opinion opinion -> {
        double vote = vote(opinion.rater());
        if (vote > 0) {
          account(opinion.subject()).add(opinion.rating(), vote, at, evidence, weights);
        }
      }
    }
  }

  @Override
  public Standing standing(AgentId agent) {
    Account account = accounts.get(agent);
    return account == null ? Account.UNKNOWN : account.standing(now(), evidence);
  }

  @Override
  public double trust(AgentId agent, Dimension dimension) {
    Account account = accounts.get(agent);
    return account == null ? Account.UNKNOWN.trust() : account.trust(dimension, now(), evidence);
  }

  private Account account(AgentId agent) {
    Account known = accounts.get(agent);
    return known != null ? known : accounts.computeIfAbsent(agent, id -> new Account());
  }

  private double now() {
    return secondsSinceOrigin(time.now());
  }

  private double secondsSinceOrigin(Instant at) {
    return (double) (at.getEpochSecond() - origin.getEpochSecond())
        + (at.getNano() - origin.getNano()) / 1e9;
  }
}
