package dev.mama.negotiation;

import static dev.mama.negotiation.Phase.ASKING;
import static dev.mama.negotiation.Phase.AWARDED;
import static dev.mama.negotiation.Phase.CANCELLED;
import static dev.mama.negotiation.Phase.COLLECTING;
import static dev.mama.negotiation.Phase.CONFIRMING;
import static dev.mama.negotiation.Phase.EXPIRED;
import static dev.mama.negotiation.Phase.FORMULATING;
import static dev.mama.negotiation.Phase.INVITED;
import static dev.mama.negotiation.Phase.NO_AGREEMENT;
import static dev.mama.negotiation.Phase.PERFORMING;
import static dev.mama.negotiation.Phase.SYNTHESIS;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The course of a negotiation, as a table; the diagram in the guide is compared with it by a test.
 *
 * <p>Immutable.
 */
public final class Transitions {

  /**
   * A line of the table.
   *
   * @param from where the negotiation stands
   * @param by what happens
   * @param to where it stands then
   */
  public record Transition(Phase from, Trigger by, Phase to) {}

  /** Where a negotiation begins. */
  public static final Phase FIRST = FORMULATING;

  /** All lines. What is not here does not happen. */
  public static final List<Transition> TABLE = table();

  private Transitions() {}

  private static List<Transition> table() {
    var table = new ArrayList<Transition>();
    table.add(new Transition(FORMULATING, Trigger.FORMULATED, INVITED));
    table.add(new Transition(FORMULATING, Trigger.NOBODY_FOUND, NO_AGREEMENT));
    table.add(new Transition(INVITED, Trigger.ANSWERED, COLLECTING));
    table.add(new Transition(INVITED, Trigger.NO_QUORUM, NO_AGREEMENT));
    table.add(new Transition(COLLECTING, Trigger.QUORUM, SYNTHESIS));
    table.add(new Transition(COLLECTING, Trigger.NO_QUORUM, NO_AGREEMENT));
    table.add(new Transition(SYNTHESIS, Trigger.COUNTERED, INVITED));
    table.add(new Transition(SYNTHESIS, Trigger.ASKED, ASKING));
    table.add(new Transition(SYNTHESIS, Trigger.UNUSABLE, SYNTHESIS));
    table.add(new Transition(SYNTHESIS, Trigger.PLANNED, CONFIRMING));
    table.add(new Transition(SYNTHESIS, Trigger.NO_PLAN, NO_AGREEMENT));
    table.add(new Transition(ASKING, Trigger.REPLIED, SYNTHESIS));
    table.add(new Transition(CONFIRMING, Trigger.CONFIRMED, PERFORMING));
    table.add(new Transition(CONFIRMING, Trigger.REPLACED, CONFIRMING));
    table.add(new Transition(CONFIRMING, Trigger.NOT_CONFIRMED, NO_AGREEMENT));
    table.add(new Transition(PERFORMING, Trigger.DONE, AWARDED));
    table.add(new Transition(PERFORMING, Trigger.REPLACED, PERFORMING));
    table.add(new Transition(PERFORMING, Trigger.FAILED, NO_AGREEMENT));
    for (Phase phase : Phase.values()) {
      if (!phase.over()) {
        table.add(new Transition(phase, Trigger.WITHDRAWN, CANCELLED));
        table.add(new Transition(phase, Trigger.OUT_OF_TIME, EXPIRED));
      }
    }
    return List.copyOf(table);
  }

  /** Where {@code trigger} leads from {@code from}, empty where it does not happen. */
  public static Optional<Phase> next(Phase from, Trigger trigger) {
    return TABLE.stream()
        .filter(line -> line.from() == from && line.by() == trigger)
        .map(Transition::to)
        .findFirst();
  }
}
