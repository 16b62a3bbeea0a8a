package dev.mama.registry;

import java.time.Duration;

/**
 * Forgetting by time: what is one half-life old weighs half.
 *
 * <p>Immutable.
 */
record Halving(double halfLifeSeconds) {

  static Halving every(Duration halfLife) {
    return new Halving(seconds(halfLife));
  }

  /** Share of its weight that something keeps over {@code seconds}; time never adds weight. */
  double kept(double seconds) {
    return seconds > 0 ? Math.pow(2, -seconds / halfLifeSeconds) : 1;
  }

  static double seconds(Duration duration) {
    return duration.getSeconds() + duration.getNano() / 1e9;
  }
}
