package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Dimension;
import dev.mama.Evidence;
import dev.mama.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * The accounts of all agents, and the arithmetic of a ledger; the {@link InMemoryTrustLedger} says
 * what it comes to. Times are seconds from the origin, and what time it is comes from the caller,
 * so that the same evidence with the same times always comes to the same bits.
 *
 * <p>Thread-safe.
 */
final class Accounts {

  private static final double CHECKS_LAST_LONGER = 10;

  /** Agreed checks that make a whole vote: (8 + 1) / (8 + 2) = 0.9. */
  private static final double PRETRUSTED_CHECKS = 8;

  private final ConcurrentHashMap<AgentId, Account> accounts = new ConcurrentHashMap<>();
  private final Halving evidence;
  private final Halving checks;
  private final Weights weights;
  private final Instant origin;

  private Accounts(Halving evidence, Instant origin, Weights weights) {
    this.evidence = evidence;
    this.checks = new Halving(CHECKS_LAST_LONGER * evidence.halfLifeSeconds());
    this.origin = origin;
    this.weights = weights;
  }

  /**
   * No accounts.
   *
   * @throws IllegalArgumentException if {@code halfLife} is not positive
   */
  static Accounts of(Duration halfLife, Instant origin, Weights weights) {
    if (!halfLife.isPositive()) {
      throw new IllegalArgumentException("half-life %s must be positive".formatted(halfLife));
    }
    return new Accounts(Halving.every(halfLife), origin, weights);
  }

  Instant origin() {
    return origin;
  }

  double seconds(Instant at) {
    return (double) (at.getEpochSecond() - origin.getEpochSecond())
        + (at.getNano() - origin.getNano()) / 1e9;
  }

  /** When {@code given} counts as having happened, where it is {@code now}: never later. */
  double countedAt(Evidence given, double now) {
    return Math.min(seconds(given.at()), now);
  }

  /** Takes {@code given} in; {@code vote} is what its rater's word counts if it is an opinion. */
  void record(Evidence given, double at, double vote) {
    switch (given) {
      case Evidence.Witnessed seen ->
          account(seen.subject()).addWitnessed(seen.answered(), seen.took(), at, evidence);
      case Evidence.Checked checked -> {
        account(checked.subject()).add(checked.found(), 1, at, evidence, weights);
        account(checked.rater()).addCheck(agreement(checked), 1, at, checks);
      }
      case Evidence.Opinion opinion -> {
        if (vote > 0) {
          account(opinion.subject()).add(opinion.rating(), vote, at, evidence, weights);
        }
      }
    }
  }

  double agreement(Evidence.Checked checked) {
    return weights.agreement(checked.rating(), checked.found());
  }

  void vouch(AgentId rater, double now) {
    account(rater).addCheck(1, PRETRUSTED_CHECKS, now, checks);
  }

  double vote(AgentId rater, double now) {
    Account account = accounts.get(rater);
    return account == null ? 0 : account.vote(now, checks);
  }

  /** A copy of what is known of {@code rater}'s word. */
  Credibility credibility(AgentId rater) {
    Account account = accounts.get(rater);
    return account == null ? new Credibility() : account.credibility();
  }

  /** Adds a check to such a copy. */
  void tryCheck(Credibility copy, double agreement, double at) {
    copy.add(agreement, 1, at, checks);
  }

  /** Adds a pre-trusted rater's checks to such a copy. */
  void tryVouch(Credibility copy, double at) {
    copy.add(1, PRETRUSTED_CHECKS, at, checks);
  }

  double vote(Credibility copy, double now) {
    return copy.vote(now, checks);
  }

  /** The share of its weight that evidence of {@code at} has {@code now}. */
  double kept(double at, double now) {
    return evidence.kept(now - at);
  }

  Standing standing(AgentId agent, double now) {
    Account account = accounts.get(agent);
    return account == null ? Account.UNKNOWN : account.standing(now, evidence);
  }

  double trust(AgentId agent, Dimension dimension, double now) {
    Account account = accounts.get(agent);
    return account == null ? Account.UNKNOWN.trust() : account.trust(dimension, now, evidence);
  }

  List<Ranked> top(int limit, double now) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit %d must be at least 1".formatted(limit));
    }
    var worstFirst =
        Comparator.comparingDouble((Ranked it) -> it.standing().trust())
            .thenComparing(Ranked::agent, Comparator.reverseOrder());
    var best = new PriorityQueue<>(worstFirst);
    accounts.forEach((agent, account) -> {
      Standing standing = account.standing(now, evidence);
      if (standing.evidence() > 0) {
        best.add(new Ranked(agent, standing));
        if (best.size() > limit) {
          best.poll();
        }
      }
    });
    var ranked = new ArrayList<>(best);
    ranked.sort(Collections.reverseOrder(worstFirst));
    return List.copyOf(ranked);
  }

  /** How many records there are about {@code agent}. */
  int records(AgentId agent) {
    Account account = accounts.get(agent);
    return account == null ? 0 : account.records();
  }

  int size() {
    return accounts.size();
  }

  void forEach(BiConsumer<AgentId, Account> visitor) {
    accounts.forEach(visitor);
  }

  void put(AgentId agent, Account account) {
    accounts.put(agent, account);
  }

  /** The account of {@code agent}, made if there is none. */
  Account account(AgentId agent) {
    Account known = accounts.get(agent);
    return known != null ? known : accounts.computeIfAbsent(agent, id -> new Account());
  }
}
