package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.Rating;
import dev.mama.Standing;
import dev.mama.Time;
import dev.mama.spi.TrustLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Beta reputation with forgetting by time, in the memory of this process.
 *
 * <p>Evidence of age <i>t</i> weighs 2<sup>−t/half-life</sup>. With <i>n</i> the weight of all
 * evidence about an agent and <i>r</i> the weighted sum of its qualities, its trust is (r + 1) / (n
 * + 2): the mean of a Beta distribution whose prior is worth two interactions of quality 0.5. This
 * is the reputation of A. Jøsang and R. Ismail, <i>The Beta Reputation System</i>, 15th Bled
 * Electronic Commerce Conference, 2002, with their forgetting per rating replaced by one per time.
 * The success rate is estimated in the same way, and the response time is the weighted mean of the
 * answered interactions, drawn by the same two interactions to {@link
 * Standing#UNKNOWN_RESPONSE_MILLIS}. So all figures of an agent that is no longer rated drift back
 * to the unknown, none to zero. The lower bound is the normal approximation of the 5 % quantile:
 * mean − 1.645 standard deviations of that Beta, not below 0.
 *
 * <p>Every rater counts alike. Nothing here tells an honest rater from a liar: whoever can make up
 * raters can make up trust. Do not open it to raters you have no reason to believe.
 *
 * <p>The order in which evidence arrives does not matter, up to rounding. Evidence from the future
 * (clocks differ) counts as of now, the moment it arrives: it can never weigh more than one.
 *
 * <p>Recording and reading cost the same however much evidence there is, and calls about two agents
 * do not wait for each other. It keeps an account of 56 bytes and a map entry of about 40 for each
 * agent ever rated, besides the agent's id, and forgets none of them.
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

  private static final double PRIOR_WEIGHT = 2;
  private static final double BASE_RATE = 0.5;

  /** Standard normal quantile of 95 %: the lower end of a two-sided 90 % interval. */
  private static final double Z = 1.6448536269514722;

  private static final Standing UNKNOWN = estimate(0, 0, 0, 0);

  private final ConcurrentHashMap<AgentId, Account> accounts = new ConcurrentHashMap<>();
  private final double halfLifeSeconds;
  private final Time time;
  private final Instant origin;

  private InMemoryTrustLedger(Duration halfLife, Time time) {
    this.halfLifeSeconds = seconds(halfLife);
    this.time = time;
    this.origin = time.now();
  }

  /** An empty ledger on the machine's clock, with {@link #DEFAULT_HALF_LIFE}. */
  public static InMemoryTrustLedger create() {
    return create(DEFAULT_HALF_LIFE, Time.system());
  }

  /**
   * An empty ledger.
   *
   * @param halfLife after which evidence counts half; very long to forget nothing
   * @throws IllegalArgumentException if {@code halfLife} is not positive
   */
  public static InMemoryTrustLedger create(Duration halfLife, Time time) {
    if (!halfLife.isPositive()) {
      throw new IllegalArgumentException("half-life %s must be positive".formatted(halfLife));
    }
    return new InMemoryTrustLedger(halfLife, time);
  }

  @Override
  public void record(Evidence evidence) {
    double at = Math.min(secondsSinceOrigin(evidence.at()), secondsSinceOrigin(time.now()));
    accounts
        .computeIfAbsent(evidence.subject(), subject -> new Account())
        .add(evidence.rating(), at);
  }

  @Override
  public Standing standing(AgentId agent) {
    Account account = accounts.get(agent);
    return account == null ? UNKNOWN : account.standing(secondsSinceOrigin(time.now()));
  }

  private double secondsSinceOrigin(Instant at) {
    return (double) (at.getEpochSecond() - origin.getEpochSecond())
        + (at.getNano() - origin.getNano()) / 1e9;
  }

  private static double seconds(Duration duration) {
    return duration.getSeconds() + duration.getNano() / 1e9;
  }

  /** Share of its weight that evidence keeps over {@code seconds}; time never adds weight. */
  private double kept(double seconds) {
    return Math.pow(2, -Math.max(0, seconds) / halfLifeSeconds);
  }

  private static Standing estimate(double weight, double quality, double answered, double millis) {
    double alpha = quality + BASE_RATE * PRIOR_WEIGHT;
    double beta = weight - quality + (1 - BASE_RATE) * PRIOR_WEIGHT;
    double total = alpha + beta;
    double trust = alpha / total;
    double deviation = Math.sqrt(alpha * beta / (total + 1)) / total;
    return new Standing(
        trust,
        weight,
        Math.max(0, trust - Z * deviation),
        (answered + BASE_RATE * PRIOR_WEIGHT) / (weight + PRIOR_WEIGHT),
        (millis + Standing.UNKNOWN_RESPONSE_MILLIS * PRIOR_WEIGHT) / (answered + PRIOR_WEIGHT));
  }

  /** All evidence about one agent: four sums, each weighed as of the latest of it. */
  private final class Account {

    private double asOf = Double.NEGATIVE_INFINITY;
    private double weight;
    private double quality;
    private double answered;
    private double millis;

    synchronized void add(Rating rating, double at) {
      if (at > asOf) {
        double kept = kept(at - asOf);
        weight *= kept;
        quality *= kept;
        answered *= kept;
        millis *= kept;
        asOf = at;
      }
      double counts = kept(asOf - at);
      weight += counts;
      quality += counts * rating.quality();
      if (rating.answered()) {
        answered += counts;
        millis += counts * seconds(rating.took()) * 1_000;
      }
    }

    synchronized Standing standing(double now) {
      double kept = kept(now - asOf);
      return estimate(weight * kept, quality * kept, answered * kept, millis * kept);
    }
  }
}
