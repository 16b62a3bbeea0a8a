package dev.mama;

import java.time.Duration;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Makes the {@link State} of a decision from live figures. Runtime, training environment and
 * benchmarks all use this one, so that a policy meets at run time what it was trained on.
 *
 * <p>Thread-safe; it holds nothing.
 */
public final class StateBuilder {

  private static final double ENTROPY_TEMPERATURE = 0.1;

  private StateBuilder() {}

  /**
   * What the whole system looks like at the moment of a decision.
   *
   * @param agents agents registered
   * @param alive those of them that are alive
   * @param asksInFlight asks of this process that are not answered yet
   * @param recentQuality moving mean of ratings, in [0, 1]
   * @param recentSuccess moving share of asks answered in time, in [0, 1]
   * @param recentResponseMillis moving mean of the time to answer, in milliseconds
   */
  public record SystemView(
      int agents,
      int alive,
      int asksInFlight,
      double recentQuality,
      double recentSuccess,
      double recentResponseMillis) {}

  /**
   * The state of one decision.
   *
   * @param deadline time left to meet the need; very long for none
   * @param candidates best match first, at most {@link StateShape#CANDIDATES}
   * @throws IllegalArgumentException if there are more candidates than the shape holds, or a figure
   *     is not finite or out of its range, so that a value would not be in [0, 1]
   */
  public static State build(
      Need need, Duration deadline, List<Candidate> candidates, SystemView system) {
    if (candidates.size() > StateShape.CANDIDATES) {
      throw new IllegalArgumentException(
          "%d candidates; the state holds %d".formatted(candidates.size(), StateShape.CANDIDATES));
    }
    float[] values = new float[StateShape.SIZE];
    need(values, need, deadline, candidates);
    for (int i = 0; i < candidates.size(); i++) {
      candidate(values, StateShape.candidate(i), candidates.get(i));
    }
    system(values, candidates, system);
    check(values);
    return new State(values, candidates.size());
  }

  private static void check(float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!(values[i] >= 0 && values[i] <= 1)) {
        throw new IllegalArgumentException(
            ("state value '%s' would be %s, not in [0, 1]; one of its figures is out of range, or the"
                    + " candidates are not best match first")
                .formatted(StateShape.NAMES.get(i), values[i]));
      }
    }
  }

  private static void need(
      float[] values, Need need, Duration deadline, List<Candidate> candidates) {
    double top = candidates.isEmpty() ? 0 : unit(candidates.get(0).similarity());
    double second = candidates.size() < 2 ? 0 : unit(candidates.get(1).similarity());
    double last = candidates.isEmpty() ? 0 : unit(candidates.getLast().similarity());
    String text = need.text();
    int at = 0;
    values[at++] = share(text.length(), 512);
    values[at++] = share(words(text), 64);
    values[at++] = (float) saturate(deadline.getSeconds() + deadline.getNano() / 1e9, 60);
    values[at++] = share(candidates.size(), StateShape.CANDIDATES);
    values[at++] = (float) top;
    values[at++] = (float) (top - second);
    values[at++] = (float) (top - last);
    values[at++] = (float) mean(candidates, c -> unit(c.similarity()));
    values[at++] = (float) entropy(candidates);
    values[at] = text.indexOf('?') >= 0 ? 1 : 0;
  }

  /** Parts between white space; 1 if there is nothing else. */
  private static int words(String text) {
    String stripped = text.strip();
    int words = 1;
    boolean between = false;
    for (int i = 0; i < stripped.length(); i++) {
      char c = stripped.charAt(i);
      boolean space = c == ' ' || (c >= '\t' && c <= '\r');
      words += space && !between ? 1 : 0;
      between = space;
    }
    return words;
  }

  private static void candidate(float[] values, int at, Candidate candidate) {
    Standing standing = candidate.standing();
    values[at + StateShape.Offset.TRUST] = (float) standing.trust();
    values[at + StateShape.Offset.RESPONSE_TIME] =
        (float) saturate(standing.responseMillis(), 1_000);
    values[at + StateShape.Offset.SUCCESS_RATE] = (float) standing.successRate();
    values[at + StateShape.Offset.SIMILARITY] = (float) unit(candidate.similarity());
    values[at + StateShape.Offset.LOAD] = (float) saturate(candidate.load(), 4);
  }

  private static void system(float[] values, List<Candidate> candidates, SystemView system) {
    int at = StateShape.SIZE - StateShape.SYSTEM_SIZE;
    values[at++] = (float) Math.min(1, Math.log10(1.0 + system.agents()) / 6);
    values[at++] = system.agents() == 0 ? 0 : share(system.alive(), system.agents());
    values[at++] = (float) saturate(system.asksInFlight(), 64);
    values[at++] = (float) system.recentQuality();
    values[at++] = (float) system.recentSuccess();
    values[at++] = (float) saturate(system.recentResponseMillis(), 1_000);
    values[at++] = (float) mean(candidates, c -> c.standing().trust());
    values[at++] = (float) most(candidates, c -> c.standing().trust());
    values[at++] = (float) most(candidates, c -> c.standing().lowerBound());
    values[at++] = (float) mean(candidates, c -> saturate(c.standing().evidence(), 10));
    values[at++] = (float) least(candidates, c -> saturate(c.standing().evidence(), 10));
    values[at++] = (float) mean(candidates, c -> saturate(c.standing().responseMillis(), 1_000));
    values[at++] = (float) mean(candidates, c -> c.standing().successRate());
    values[at++] = (float) mean(candidates, c -> saturate(c.load(), 4));
    values[at] = (float) most(candidates, c -> saturate(c.load(), 4));
  }

  /**
   * Entropy of the softmax of the similarities over its maximum: 0 for one clear match, 1 for all
   * alike.
   */
  private static double entropy(List<Candidate> candidates) {
    if (candidates.size() < 2) {
      return 0;
    }
    double best = candidates.get(0).similarity();
    double sum = 0;
    double weighted = 0;
    for (Candidate candidate : candidates) {
      double logit = (candidate.similarity() - best) / ENTROPY_TEMPERATURE;
      double weight = Math.exp(logit);
      sum += weight;
      weighted += weight * logit;
    }
    return Math.clamp((Math.log(sum) - weighted / sum) / Math.log(candidates.size()), 0.0, 1.0);
  }

  private static float share(int part, int whole) {
    return Math.min(1, (float) part / whole);
  }

  /** Maps [0, ∞) to [0, 1): half way at {@code half}. Below 0 it is not a number. */
  private static double saturate(double value, double half) {
    return value < 0 ? Double.NaN : value / (value + half);
  }

  private static double unit(double similarity) {
    return Math.clamp(similarity, 0.0, 1.0);
  }

  private static double mean(List<Candidate> candidates, ToDoubleFunction<Candidate> figure) {
    return candidates.stream().mapToDouble(figure).average().orElse(0);
  }

  private static double most(List<Candidate> candidates, ToDoubleFunction<Candidate> figure) {
    return candidates.stream().mapToDouble(figure).max().orElse(0);
  }

  private static double least(List<Candidate> candidates, ToDoubleFunction<Candidate> figure) {
    return candidates.stream().mapToDouble(figure).min().orElse(0);
  }
}
