package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Dimension;
import dev.mama.Evidence;
import dev.mama.Standing;
import dev.mama.Time;
import dev.mama.spi.TrustLedger;
import java.time.Duration;
import java.util.List;
import java.util.Map;

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
 * forgotten ten times more slowly than evidence. Its opinions count by the odds <i>o</i> = c / (1 −
 * c) that it is right: (o − 1.5) / 7.5, at most 1, and nothing where <i>c</i> is below 0.6. Odds,
 * because a rater that is wrong twice as often is worth half: who lies about some only keeps less
 * than its share of truths. Who was never checked has no vote, so made-up raters have none, and
 * neither has a liar that took a new name. Three checks in a row that agree give a third of a vote,
 * eight a whole one. Trust in an agent as a subject never enters here: a gang would raise itself
 * first and then vote with that weight, as {@code ./mama bench trust} shows.
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

  private final Accounts accounts;
  private final Time time;

  private InMemoryTrustLedger(Accounts accounts, Time time) {
    this.accounts = accounts;
    this.time = time;
  }

  /** An empty ledger on the machine's clock, with {@link #DEFAULT_HALF_LIFE}. */
  public static InMemoryTrustLedger create() {
    return create(DEFAULT_HALF_LIFE, Time.system());
  }

  /**
   * An empty ledger in which dimensions weigh as in the MAMA report: reliability and competence a
   * quarter each, transparency a fifth, fairness and security 0.15 each.
   *
   * @param halfLife after which evidence counts half; very long to forget nothing
   * @throws IllegalArgumentException if {@code halfLife} is not positive
   */
  public static InMemoryTrustLedger create(Duration halfLife, Time time) {
    return new InMemoryTrustLedger(Accounts.of(halfLife, time.now(), Weights.REPORT), time);
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
    return new InMemoryTrustLedger(Accounts.of(halfLife, time.now(), Weights.of(weights)), time);
  }

  /**
   * Gives {@code rater} a whole vote from now on, as if eight checks had found it right; for raters
   * that the application knows. Checks that find it wrong, and time, take it away again.
   */
  public void preTrust(AgentId rater) {
    accounts.vouch(rater, now());
  }

  /** How much an opinion of {@code rater} would count now, in [0, 1]; 0 if it was never checked. */
  public double vote(AgentId rater) {
    return accounts.vote(rater, now());
  }

  @Override
  public void record(Evidence evidence) {
    double now = now();
    double vote =
        evidence instanceof Evidence.Opinion opinion ? accounts.vote(opinion.rater(), now) : 1;
    accounts.record(evidence, accounts.countedAt(evidence, now), vote);
  }

  @Override
  public Standing standing(AgentId agent) {
    return accounts.standing(agent, now());
  }

  @Override
  public double trust(AgentId agent, Dimension dimension) {
    return accounts.trust(agent, dimension, now());
  }

  /**
   * The agents of greatest trust, greatest first, ties by id; only those with some evidence. Looks
   * at each agent once, while others record.
   *
   * @param limit how many, at least 1
   * @throws IllegalArgumentException if {@code limit} is less than 1
   */
  public List<Ranked> top(int limit) {
    return accounts.top(limit, now());
  }

  private double now() {
    return accounts.seconds(time.now());
  }
}
