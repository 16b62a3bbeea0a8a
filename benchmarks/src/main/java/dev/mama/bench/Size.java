package dev.mama.bench;

import java.util.Locale;

/** How much is measured. */
public enum Size {
  /** As much as answers the question. */
  FULL,
  /** As much as is done within a minute; the answer is worth less. */
  QUICK,
  /**
   * Once, in memory where that is possible, within seconds: shows that it works and what its report
   * looks like. The figures say nothing about speed.
   */
  SMOKE;

  /** That of the three which is meant for this size. */
  public <T> T of(T full, T quick, T smoke) {
    return switch (this) {
      case FULL -> full;
      case QUICK -> quick;
      case SMOKE -> smoke;
    };
  }

  /** As it stands behind a command, a space before it: empty, {@code --quick}, {@code --smoke}. */
  public String option() {
    return this == FULL ? "" : " --" + name().toLowerCase(Locale.ROOT);
  }
}
