package dev.mama.bench;

/** What liars say. Honest raters say what they saw, and err in one of twenty ratings. */
enum TrustAttack {
  /** The opposite of what they saw. */
  INVERT,

  /** 0 about everybody outside the gang, the truth about the gang. */
  BADMOUTH,

  /** 1 about the gang, the truth about everybody else. */
  STUFF,

  /** 1 about the gang, 0 about everybody else. */
  COLLUDE,

  /** As colluders, five times as often as honest raters. */
  FLOOD,

  /** As colluders, and their own help is poor. */
  POOR,

  /** As colluders, but only about a third of all agents; the truth about the rest. */
  CAMOUFLAGE;

  private static final int FLOOD_FACTOR = 5;

  /** What a liar says of {@code seen}. */
  double say(double seen, boolean aboutGang, boolean aboutTarget) {
    return switch (this) {
      case INVERT -> 1 - seen;
      case BADMOUTH -> aboutGang ? seen : 0;
      case STUFF -> aboutGang ? 1 : seen;
      case COLLUDE, FLOOD, POOR -> aboutGang ? 1 : 0;
      case CAMOUFLAGE -> aboutTarget ? (aboutGang ? 1 : 0) : seen;
    };
  }

  /** How many times as often as an honest rater a liar rates. */
  int volume() {
    return this == FLOOD ? FLOOD_FACTOR : 1;
  }
}
