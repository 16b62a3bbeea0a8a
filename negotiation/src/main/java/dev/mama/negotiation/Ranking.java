package dev.mama.negotiation;

import dev.mama.AgentId;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/** Ranks offers by price, quality and trust. */
final class Ranking {

  /**
   * An offer and what it is worth.
   *
   * @param utility in [0, 1], higher is better
   */
  record Ranked(AgentId agent, Offer offer, double trust, double utility) {}

  private Ranking() {}

  /**
   * The offers of {@code seats}, best first, ties by agent id. The cheapest counts 1 for its price,
   * the dearest 0; where all cost the same, all count 1.
   *
   * @param trust of an agent, in [0, 1]
   */
  static List<Ranked> of(
      Collection<Seat> seats, Rules.Weights weights, ToDoubleFunction<AgentId> trust) {
    double cheapest = Double.POSITIVE_INFINITY;
    double dearest = 0;
    for (Seat seat : seats) {
      if (seat.offer() != null) {
        cheapest = Math.min(cheapest, seat.offer().price());
        dearest = Math.max(dearest, seat.offer().price());
      }
    }
    double least = cheapest;
    double span = dearest - cheapest;
    double all = weights.price() + weights.quality() + weights.trust();
    return seats.stream()
        .filter(seat -> seat.offer() != null)
        .map(seat -> {
          Offer offer = Objects.requireNonNull(seat.offer());
          double cheap = span > 0 ? 1 - (offer.price() - least) / span : 1;
          double trusted = trust.applyAsDouble(seat.agent());
          double utility =
              (weights.price() * cheap
                      + weights.quality() * offer.quality()
                      + weights.trust() * trusted)
                  / all;
          return new Ranked(seat.agent(), offer, trusted, utility);
        })
        .sorted(Comparator.comparingDouble(Ranked::utility).reversed().thenComparing(Ranked::agent))
        .toList();
  }
}
