package dev.mama.negotiation;

import java.time.Duration;
import java.util.Objects;

/**
 * A participant's answer to a call.
 *
 * <p>Implementations are immutable.
 */
public sealed interface Bid {

  /**
   * It offers, and is bound by the offer for {@code binds}, or until it is rejected.
   *
   * @param binds not negative
   */
  record Proposal(Offer offer, Duration binds) implements Bid {

    /**
     * @throws IllegalArgumentException if {@code binds} is negative
     */
    public Proposal {
      Objects.requireNonNull(offer, "offer");
      if (binds.isNegative()) {
        throw new IllegalArgumentException("binds %s must not be negative".formatted(binds));
      }
    }
  }

  /** It does not offer, for {@code reason}. */
  record Refusal(String reason) implements Bid {}

  /** An offer that binds for ten minutes. */
  static Bid of(Offer offer) {
    return new Proposal(offer, Duration.ofMinutes(10));
  }
}
