package dev.mama;

import java.util.ArrayList;
import java.util.List;

/**
 * The shape of a {@link State}, version 1: 10 floats of the need, 5 for each of 5 candidates (best
 * match first), 15 of the system. Every value lies in [0, 1]; positions of absent candidates are 0.
 * The table of all names with range and source stands in {@code docs/guide/state.md}.
 *
 * <p>Immutable.
 */
public final class StateShape {

  /** The version of this shape; a policy made for another one is refused. */
  public static final int VERSION = 1;

  /** How many candidates a state describes. */
  public static final int CANDIDATES = 5;

  /** Floats of the need, at the front. */
  public static final int NEED_SIZE = 10;

  /** Floats of each candidate, after those of the need. */
  public static final int CANDIDATE_SIZE = 5;

  /** Floats of the system, at the end. */
  public static final int SYSTEM_SIZE = 15;

  /** Floats in all. */
  public static final int SIZE = NEED_SIZE + CANDIDATES * CANDIDATE_SIZE + SYSTEM_SIZE;

  /** The name of each value, in order. */
  public static final List<String> NAMES = names();

  private StateShape() {}

  /** Position of the first value of candidate {@code i}, 0 to {@link #CANDIDATES} - 1. */
  public static int candidate(int i) {
    return NEED_SIZE + i * CANDIDATE_SIZE;
  }

  /** Offset of a candidate's values from {@link #candidate}. */
  public static final class Offset {
    public static final int TRUST = 0;
    public static final int RESPONSE_TIME = 1;
    public static final int SUCCESS_RATE = 2;
    public static final int SIMILARITY = 3;
    public static final int LOAD = 4;

    private Offset() {}
  }

  private static List<String> names() {
    var names = new ArrayList<String>(SIZE);
    for (String name :
        List.of(
            "characters",
            "words",
            "deadline",
            "candidates",
            "top",
            "gap",
            "spread",
            "mean",
            "entropy",
            "question")) {
      names.add("need." + name);
    }
    for (int i = 1; i <= CANDIDATES; i++) {
      for (String name : List.of("trust", "responseTime", "successRate", "similarity", "load")) {
        names.add("candidate." + i + "." + name);
      }
    }
    for (String name :
        List.of(
            "agents",
            "alive",
            "asksInFlight",
            "recentQuality",
            "recentSuccess",
            "recentResponse",
            "pool.trustMean",
            "pool.trustBest",
            "pool.lowerBoundBest",
            "pool.evidenceMean",
            "pool.evidenceLeast",
            "pool.responseMean",
            "pool.successMean",
            "pool.loadMean",
            "pool.loadMost")) {
      names.add("system." + name);
    }
    return List.copyOf(names);
  }
}
