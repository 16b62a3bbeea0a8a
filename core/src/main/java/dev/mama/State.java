package dev.mama;

/**
 * What a policy sees: {@link StateShape#SIZE} floats in the order and ranges of {@link StateShape}.
 *
 * <p>Immutable.
 */
public final class State {

  private final float[] values;
  private final int candidates;

  /**
   * @param values {@link StateShape#SIZE} floats; copied
   * @param candidates how many candidates they describe, 0 to {@link StateShape#CANDIDATES}
   * @throws IllegalArgumentException if the length is another, a value is not finite, or the count
   *     is out of range
   */
  public State(float[] values, int candidates) {
    if (values.length != StateShape.SIZE) {
      throw new IllegalArgumentException(
          "a state has %d floats, not %d".formatted(StateShape.SIZE, values.length));
    }
    if (candidates < 0 || candidates > StateShape.CANDIDATES) {
      throw new IllegalArgumentException(
          "a state describes 0 to %d candidates, not %d"
              .formatted(StateShape.CANDIDATES, candidates));
    }
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "state value '%s' is %s; it must be finite"
                .formatted(StateShape.NAMES.get(i), values[i]));
      }
    }
    this.values = values.clone();
    this.candidates = candidates;
  }

  /** How many candidates it describes, 0 to {@link StateShape#CANDIDATES}. */
  public int candidates() {
    return candidates;
  }

  /** The value at {@code index}, 0 to {@link StateShape#SIZE} - 1. */
  public float at(int index) {
    return values[index];
  }

  /** A copy of the values, float[{@link StateShape#SIZE}]. */
  public float[] toArray() {
    return values.clone();
  }
}
