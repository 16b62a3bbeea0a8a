package dev.mama.marl;

import dev.mama.State;
import dev.mama.StateShape;

/**
 * What a policy may choose among: the meaning of the network's outputs. Its inputs are those of
 * {@link StateShape}, whose version a policy file names beside this one.
 */
public enum ActionShape {
  /** One of five candidates. */
  CANDIDATES(1, StateShape.CANDIDATES),
  /** One of five candidates, or none: the asker answers itself. */
  CANDIDATES_OR_NONE(2, StateShape.CANDIDATES + 1);

  private final int version;
  private final int outputs;

  ActionShape(int version, int outputs) {
    this.version = version;
    this.outputs = outputs;
  }

  /** The number under which files know it. */
  public int version() {
    return version;
  }

  /** How many outputs the network has; the sixth, where there is one, stands for none. */
  public int outputs() {
    return outputs;
  }

  /** Whether output {@code action} may be chosen in {@code state}. */
  boolean allows(State state, int action) {
    return action < state.candidates() || action == StateShape.CANDIDATES;
  }

  /**
   * The shape of that version.
   *
   * @throws IllegalArgumentException if there is none
   */
  static ActionShape of(int version) {
    for (ActionShape shape : values()) {
      if (shape.version == version) {
        return shape;
      }
    }
    throw new IllegalArgumentException(
        "action shape %d is unknown; known are 1 (a candidate) and 2 (a candidate, or none)"
            .formatted(version));
  }
}
