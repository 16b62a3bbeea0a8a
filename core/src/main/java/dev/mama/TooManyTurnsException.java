package dev.mama;

/**
 * A turn had to wait, and as many turns of its group as may wait did so already. What it asked for
 * did not happen; only the answer to an ask that was sent may still be on its way.
 */
public final class TooManyTurnsException extends MamaException {

  private static final long serialVersionUID = 1L;

  private final int limit;

  /** {@code limit} turns of the group wait already. */
  public TooManyTurnsException(int limit) {
    super(
        "%d turns of this group wait already; raise waitingTurns, or bound how many agents ask at once"
            .formatted(limit),
        null);
    this.limit = limit;
  }

  /** How many turns of the group may wait. */
  public int limit() {
    return limit;
  }
}
