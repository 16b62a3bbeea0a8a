package dev.mama;

import dev.mama.ChatRequest.Priority;

/** How hard pressed the models of a process are, and so which calls still leave it; least first. */
public enum Pressure {
  /** All calls leave. */
  NORMAL(0),
  /** Answers take long, or the first model is away: OPTIONAL calls do not leave. */
  SLOW(1),
  /** Hardly anything gets through: only CRITICAL calls leave. */
  ESSENTIAL(2),
  /** No model answers, or the money is spent: nothing leaves, and the run only records. */
  RECORD_ONLY(3);

  private final int level;

  Pressure(int level) {
    this.level = level;
  }

  /** 0 for NORMAL to 3 for RECORD_ONLY, for a gauge. */
  public int level() {
    return level;
  }

  /** Whether a call of {@code priority} leaves the process. */
  public boolean lets(Priority priority) {
    return switch (this) {
      case NORMAL -> true;
      case SLOW -> priority != Priority.OPTIONAL;
      case ESSENTIAL -> priority == Priority.CRITICAL;
      case RECORD_ONLY -> false;
    };
  }
}
