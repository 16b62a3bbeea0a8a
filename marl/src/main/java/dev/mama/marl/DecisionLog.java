package dev.mama.marl;

import dev.mama.AgentId;
import dev.mama.Event;
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.Rating;
import dev.mama.Referral;
import dev.mama.spi.EventLog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The decisions that a group recorded, with what came of them: training data, and what off-policy
 * evaluation needs. A group records each decision with its state, its propensity and its policy's
 * version, and each piece of evidence; the two meet by trace and by who was asked.
 */
public final class DecisionLog {

  private DecisionLog() {}

  private record Asked(String trace, AgentId agent) {}

  /**
   * The decisions of {@code experiment} that evidence came of, in order. Where there are several
   * pieces of evidence, a checked one counts before an opinion, and that before what the runtime
   * saw; an answer that was only seen says nothing of its worth, so it is left out.
   *
   * @param latencyCost cost of a second until the answer
   * @param failureCost cost of a missing answer, besides the time
   * @throws dev.mama.StorageException if the log cannot be read
   * @throws InterruptedException if interrupted while waiting
   */
  public static List<LoggedDecision> read(
      EventLog log, ExperimentId experiment, double latencyCost, double failureCost)
      throws InterruptedException {
    var decisions = new LinkedHashMap<Asked, Referral>();
    var evidence = new LinkedHashMap<Asked, Evidence>();
    log.read(
        experiment,
        event -> {
          if (event instanceof Event.DecisionMade made) {
            made.referral()
                .chosen()
                .ifPresent(chosen ->
                    decisions.put(new Asked(made.trace().traceId(), chosen), made.referral()));
          } else if (event instanceof Event.EvidenceGiven given) {
            Evidence piece = given.evidence();
            evidence.merge(
                new Asked(piece.trace().traceId(), piece.subject()),
                piece,
                (one, other) -> rank(other) > rank(one) ? other : one);
          }
        });
    var logged = new ArrayList<LoggedDecision>();
    for (Map.Entry<Asked, Referral> entry : decisions.entrySet()) {
      Evidence piece = evidence.get(entry.getKey());
      if (piece != null && !(piece instanceof Evidence.Witnessed seen && seen.answered())) {
        Referral referral = entry.getValue();
        logged.add(
            new LoggedDecision(
                referral.state(),
                referral.decision().choice().orElse(-1),
                referral.decision().propensity(),
                reward(piece, latencyCost, failureCost)));
      }
    }
    return List.copyOf(logged);
  }

  private static int rank(Evidence evidence) {
    return switch (evidence) {
      case Evidence.Checked checked -> 2;
      case Evidence.Opinion opinion -> 1;
      case Evidence.Witnessed seen -> 0;
    };
  }

  private static double reward(Evidence evidence, double latencyCost, double failureCost) {
    return switch (evidence) {
      case Evidence.Checked checked -> reward(checked.found(), latencyCost, failureCost);
      case Evidence.Opinion opinion -> reward(opinion.rating(), latencyCost, failureCost);
      case Evidence.Witnessed seen -> -failureCost - latencyCost * seen.took().toNanos() / 1e9;
    };
  }

  private static double reward(Rating rating, double latencyCost, double failureCost) {
    double time = latencyCost * rating.took().toNanos() / 1e9;
    return (rating.answered() ? rating.quality() : -failureCost) - time;
  }
}
