package dev.mama.negotiation;

import dev.mama.MamaException;

/** A negotiator holds as many negotiations as it may. */
public final class TooManyNegotiationsException extends MamaException {

  private static final long serialVersionUID = 1L;

  private final int atOnce;

  TooManyNegotiationsException(int atOnce) {
    super(
        "%d negotiations are going on, which is all the negotiator holds; await one, or raise atOnce"
            .formatted(atOnce),
        null);
    this.atOnce = atOnce;
  }

  /** How many there may be at once. */
  public int atOnce() {
    return atOnce;
  }
}
