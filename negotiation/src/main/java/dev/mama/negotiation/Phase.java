package dev.mama.negotiation;

/** Where a negotiation stands. {@link Transitions} says what leads from one to the next. */
public enum Phase {
  /** The demand is put into words that fit those who may meet it. */
  FORMULATING(false),
  /** The call for proposals has gone out, and nobody has answered this round. */
  INVITED(false),
  /** Answers come in. */
  COLLECTING(false),
  /** A plan is made of the offers, by a model or by rank. */
  SYNTHESIS(false),
  /** Something is being found out before there is a plan. */
  ASKING(false),
  /** Those whom the plan names are asked whether they take their share. */
  CONFIRMING(false),
  /** The shares are taken, the losers have their rejection; results are awaited. */
  PERFORMING(false),
  /** All shares of the plan are taken, and performed where that was awaited. */
  AWARDED(true),
  /** It ended without an agreement, for a {@link Outcome.Reason}. */
  NO_AGREEMENT(true),
  /** Whoever opened it took it back. */
  CANCELLED(true),
  /** Its time as a whole ran out. */
  EXPIRED(true);

  private final boolean over;

  Phase(boolean over) {
    this.over = over;
  }

  /** Whether nothing follows. */
  public boolean over() {
    return over;
  }
}
