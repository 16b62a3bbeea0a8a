package dev.mama.registry;

import dev.mama.Dimension;
import dev.mama.Rating;
import dev.mama.Standing;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a ledger keeps of one agent, as a subject and as a rater: a handful of sums, each weighed as
 * of the latest entry in it. Times are seconds from the ledger's origin.
 *
 * <p>The sums are fields, not an array: among a million agents each object more is a cache line
 * that is not there.
 *
 * <p>Thread-safe.
 */
final class Account {

  /** Bytes of {@link #write}, at most. */
  static final int BYTES = Integer.BYTES + 2 + (6 + 10 + 3) * Double.BYTES;

  /** How many dimensions have a place. */
  static final int DIMENSIONS = 5;

  private static final double PRIOR_WEIGHT = 2;
  private static final double BASE_RATE = 0.5;

  /** Standard normal quantile of 95 %: the lower end of a two-sided 90 % interval. */
  private static final double Z = 1.6448536269514722;

  /** Of an agent that nothing is known of. */
  static final Standing UNKNOWN = new Account().standing(0, new Halving(1));

  // Of the subject.
  private double weight;
  private double worth;
  private double seen;
  private double answered;
  private double millis;
  private double asOf = Double.NEGATIVE_INFINITY;

  private int records;

  /**
   * Weight and worth by dimension, in pairs; null while only competence is spoken of, which is all
   * then.
   */
  private double @Nullable [] dimensions;

  /** Of the rater; null until it is checked. */
  private @Nullable Credibility credibility;

  /** Tells that record {@code number} is about this agent, and so are all before. */
  synchronized void records(int number) {
    records = Math.max(records, number);
  }

  /** How many records there are about this agent. */
  synchronized int records() {
    return records;
  }

  /** Adds a rating of this agent that counts {@code counted}. */
  synchronized void add(
      Rating rating, double counted, double at, Halving halving, Weights weights) {
    double counts = counted * weighAsOf(at, halving);
    if (dimensions != null || !rating.others().isEmpty()) {
      addDimension(Dimension.COMPETENCE, rating.quality(), counts);
      rating.others().forEach((dimension, value) -> addDimension(dimension, value, counts));
    }
    weight += counts;
    worth += counts * weights.worth(rating);
    addAnswer(rating.answered(), rating.took(), counts);
  }

  /** Adds an interaction seen by the runtime. */
  synchronized void addWitnessed(boolean wasAnswered, Duration took, double at, Halving halving) {
    double counts = weighAsOf(at, halving);
    addDimension(Dimension.RELIABILITY, wasAnswered ? 1 : 0, counts);
    addAnswer(wasAnswered, took, counts);
    if (!wasAnswered) {
      weight += counts;
    }
  }

  /** Adds a check of this agent's word. */
  synchronized void addCheck(double agreement, double counted, double at, Halving halving) {
    if (credibility == null) {
      credibility = new Credibility();
    }
    credibility.add(agreement, counted, at, halving);
  }

  synchronized Standing standing(double now, Halving halving) {
    double kept = halving.kept(now - asOf);
    double alpha = worth * kept + BASE_RATE * PRIOR_WEIGHT;
    double beta = (weight - worth) * kept + (1 - BASE_RATE) * PRIOR_WEIGHT;
    double total = alpha + beta;
    double trust = alpha / total;
    double deviation = Math.sqrt(alpha * beta / (total + 1)) / total;
    return new Standing(
        trust,
        weight * kept,
        Math.max(0, trust - Z * deviation),
        mean(answered * kept, seen * kept),
        (millis * kept + Standing.UNKNOWN_RESPONSE_MILLIS * PRIOR_WEIGHT)
            / (answered * kept + PRIOR_WEIGHT));
  }

  synchronized double trust(Dimension dimension, double now, Halving halving) {
    double kept = halving.kept(now - asOf);
    if (dimensions == null) {
      return dimension == Dimension.COMPETENCE ? mean(worth * kept, weight * kept) : BASE_RATE;
    }
    int at = 2 * place(dimension);
    return mean(dimensions[at + 1] * kept, dimensions[at] * kept);
  }

  synchronized double vote(double now, Halving halving) {
    return credibility == null ? 0 : credibility.vote(now, halving);
  }

  /** What is known of this agent's word; a copy, which a ledger may try checks on. */
  synchronized Credibility credibility() {
    return credibility == null ? new Credibility() : credibility.copy();
  }

  /** Writes all there is into {@code to}; {@link #read} reads it again, bit for bit. */
  synchronized void write(ByteBuffer to) {
    to.putInt(records);
    to.putDouble(weight).putDouble(worth).putDouble(seen);
    to.putDouble(answered).putDouble(millis).putDouble(asOf);
    to.put((byte) (dimensions == null ? 0 : DIMENSIONS));
    if (dimensions != null) {
      for (double each : dimensions) {
        to.putDouble(each);
      }
    }
    to.put((byte) (credibility == null ? 0 : 1));
    if (credibility != null) {
      to.putDouble(credibility.agreed).putDouble(credibility.disagreed);
      to.putDouble(credibility.asOf);
    }
  }

  static Account read(ByteBuffer from) {
    var account = new Account();
    account.records = from.getInt();
    account.weight = from.getDouble();
    account.worth = from.getDouble();
    account.seen = from.getDouble();
    account.answered = from.getDouble();
    account.millis = from.getDouble();
    account.asOf = from.getDouble();
    int dimensions = from.get();
    if (dimensions > 0) {
      account.dimensions = new double[2 * DIMENSIONS];
      for (int i = 0; i < 2 * dimensions; i++) {
        account.dimensions[i] = from.getDouble();
      }
    }
    if (from.get() != 0) {
      var credibility = new Credibility();
      credibility.agreed = from.getDouble();
      credibility.disagreed = from.getDouble();
      credibility.asOf = from.getDouble();
      account.credibility = credibility;
    }
    return account;
  }

  /** Moves all sums on to {@code at}; the share that evidence of that time still weighs. */
  private double weighAsOf(double at, Halving halving) {
    if (at > asOf) {
      double kept = halving.kept(at - asOf);
      weight *= kept;
      worth *= kept;
      seen *= kept;
      answered *= kept;
      millis *= kept;
      if (dimensions != null) {
        for (int i = 0; i < dimensions.length; i++) {
          dimensions[i] *= kept;
        }
      }
      asOf = at;
    }
    return halving.kept(asOf - at);
  }

  private void addAnswer(boolean wasAnswered, Duration took, double counts) {
    seen += counts;
    if (wasAnswered) {
      answered += counts;
      millis += counts * Halving.seconds(took) * 1_000;
    }
  }

  /** Called before the sums take the same evidence in. */
  private void addDimension(Dimension dimension, double value, double counts) {
    if (dimensions == null) {
      dimensions = new double[2 * DIMENSIONS];
      dimensions[2 * place(Dimension.COMPETENCE)] = weight;
      dimensions[2 * place(Dimension.COMPETENCE) + 1] = worth;
    }
    int at = 2 * place(dimension);
    dimensions[at] += counts;
    dimensions[at + 1] += counts * value;
  }

  /** Where a dimension stands in what is stored: never to be changed. */
  static int place(Dimension dimension) {
    return switch (dimension) {
      case RELIABILITY -> 0;
      case COMPETENCE -> 1;
      case FAIRNESS -> 2;
      case SECURITY -> 3;
      case TRANSPARENCY -> 4;
    };
  }

  static double mean(double sum, double weight) {
    return (sum + BASE_RATE * PRIOR_WEIGHT) / (weight + PRIOR_WEIGHT);
  }
}
