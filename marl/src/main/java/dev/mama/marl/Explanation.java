package dev.mama.marl;

import dev.mama.State;
import dev.mama.StateShape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Why a policy prefers what it prefers in a state.
 *
 * <p>Immutable.
 *
 * @param policy name and version
 * @param favourite position of the likeliest candidate, or -1 for none
 * @param choices all that may be chosen, candidates first
 * @param influences what moved it, most first: how much the log-odds of the favourite would fall if
 *     that one value were neutral. Neutral is, of a figure of a candidate, the mean over the
 *     candidates; of any other, its mean in training. One value is changed at a time, so what two
 *     say together counts for both
 */
public record Explanation(
    String policy, int favourite, List<Choice> choices, List<Influence> influences) {

  /**
   * One of the things that may be chosen.
   *
   * @param candidate its position, or -1 for none
   * @param rule the tuned rule's part of its logit
   * @param correction the network's part
   * @param probability how likely it is chosen
   */
  public record Choice(int candidate, double rule, double correction, double probability) {}

  /**
   * The part that one value of the state plays.
   *
   * @param name the value's name, of {@link StateShape#NAMES}
   * @param value what it is
   * @param neutral what it was compared with
   * @param logOdds how far it moved the favourite; positive speaks for it
   */
  public record Influence(String name, double value, double neutral, double logOdds) {}

  static Explanation of(LearnedPolicy policy, State state) {
    float[] values = state.toArray();
    float[] logits = policy.logits(values);
    ActionShape shape = policy.file().manifest().shape();
    double[] odds = Softmax.of(logits, state, shape);
    if (state.candidates() == 0 && shape == ActionShape.CANDIDATES) {
      return new Explanation(policy.name(), -1, List.of(), List.of());
    }
    float[] byRule = new float[logits.length];
    policy.file().manifest().rule().addTo(values, byRule);
    int favourite =
        IntStream.range(0, odds.length)
            .boxed()
            .max(Comparator.comparingDouble(i -> odds[i]))
            .orElseThrow();
    var choices = new ArrayList<Choice>();
    for (int i = 0; i < logits.length; i++) {
      if (shape.allows(state, i)) {
        choices.add(new Choice(position(i), byRule[i], logits[i] - byRule[i], odds[i]));
      }
    }
    return new Explanation(
        policy.name(), position(favourite), choices, influences(policy, state, favourite));
  }

  private static List<Influence> influences(LearnedPolicy policy, State state, int favourite) {
    double before = logOdds(policy, state, state.toArray(), favourite);
    if (before == Double.POSITIVE_INFINITY) {
      return List.of(); // there was nothing else to choose
    }
    var influences = new ArrayList<Influence>();
    for (int i = 0; i < StateShape.SIZE; i++) {
      float[] changed = state.toArray();
      float value = changed[i];
      changed[i] = neutral(policy, changed, state.candidates(), i);
      double moved = before - logOdds(policy, state, changed, favourite);
      if (changed[i] != value && moved != 0) {
        influences.add(new Influence(StateShape.NAMES.get(i), value, changed[i], moved));
      }
    }
    influences.sort(Comparator.comparingDouble(it -> -Math.abs(it.logOdds())));
    return List.copyOf(influences);
  }

  private static float neutral(LearnedPolicy policy, float[] state, int candidates, int index) {
    int first = StateShape.candidate(0);
    int offset = (index - first) % StateShape.CANDIDATE_SIZE;
    int candidate = (index - first) / StateShape.CANDIDATE_SIZE;
    if (index < first || candidate >= StateShape.CANDIDATES) {
      return policy.file().means()[index];
    }
    if (candidate >= candidates) {
      return state[index]; // nobody is there
    }
    float sum = 0;
    for (int i = 0; i < candidates; i++) {
      sum += state[StateShape.candidate(i) + offset];
    }
    return sum / candidates;
  }

  /** Of the favourite against all others together; from the logits, so that it never saturates. */
  private static double logOdds(LearnedPolicy policy, State state, float[] values, int favourite) {
    float[] logits = policy.logits(values);
    double best = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < logits.length; i++) {
      if (isOther(policy, state, i, favourite)) {
        best = Math.max(best, logits[i]);
      }
    }
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      sum += isOther(policy, state, i, favourite) ? Math.exp(logits[i] - best) : 0;
    }
    return logits[favourite] - best - Math.log(sum);
  }

  private static boolean isOther(LearnedPolicy policy, State state, int action, int favourite) {
    return action != favourite && policy.file().manifest().shape().allows(state, action);
  }

  private static int position(int action) {
    return Softmax.isNone(action) ? -1 : action;
  }
}
