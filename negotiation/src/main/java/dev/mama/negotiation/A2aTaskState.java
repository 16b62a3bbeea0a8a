package dev.mama.negotiation;

import dev.mama.negotiation.Performative.AcceptProposal;
import dev.mama.negotiation.Performative.CallForProposals;
import dev.mama.negotiation.Performative.Cancel;
import dev.mama.negotiation.Performative.Confirm;
import dev.mama.negotiation.Performative.Disconfirm;
import dev.mama.negotiation.Performative.Failure;
import dev.mama.negotiation.Performative.InformDone;
import dev.mama.negotiation.Performative.InformRef;
import dev.mama.negotiation.Performative.InformResult;
import dev.mama.negotiation.Performative.NotUnderstood;
import dev.mama.negotiation.Performative.Participants;
import dev.mama.negotiation.Performative.Propose;
import dev.mama.negotiation.Performative.QueryIf;
import dev.mama.negotiation.Performative.QueryRef;
import dev.mama.negotiation.Performative.Refuse;
import dev.mama.negotiation.Performative.RejectProposal;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The states of a task in the A2A protocol (<a
 * href="https://github.com/a2aproject/A2A/blob/main/specification/a2a.proto">a2a.proto, 1.x</a>),
 * and how they stand to a negotiation: as a task that somebody else has given us, and as a task
 * that we have given a participant. There is no state for an offer; offers belong into the task's
 * artifacts.
 */
public enum A2aTaskState {
  SUBMITTED(1),
  WORKING(2),
  COMPLETED(3),
  FAILED(4),
  CANCELED(5),
  INPUT_REQUIRED(6),
  REJECTED(7),
  AUTH_REQUIRED(8);

  private static final String PREFIX = "TASK_STATE_";

  private final int number;

  A2aTaskState(int number) {
    this.number = number;
  }

  /** Its number in the protocol's buffers. */
  public int number() {
    return number;
  }

  /** Its name in 1.x JSON, for example {@code TASK_STATE_INPUT_REQUIRED}. */
  public String json() {
    return PREFIX + name();
  }

  /** Whether a task stays in it for good. */
  public boolean terminal() {
    return switch (this) {
      case COMPLETED, FAILED, CANCELED, REJECTED -> true;
      case SUBMITTED, WORKING, INPUT_REQUIRED, AUTH_REQUIRED -> false;
    };
  }

  /** Whether whoever gave the task has to do something for it to go on. */
  public boolean interrupted() {
    return this == INPUT_REQUIRED || this == AUTH_REQUIRED;
  }

  /** The state named {@code json}, as 1.x spells it or, in kebab case, as 0.x did. */
  public static Optional<A2aTaskState> read(String json) {
    String name = json.toUpperCase(Locale.ROOT).replace('-', '_');
    String bare = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
    return Arrays.stream(values()).filter(state -> state.name().equals(bare)).findFirst();
  }

  /** A negotiation in {@code phase}, as a task that its requester has given us. */
  public static A2aTaskState of(Phase phase) {
    return switch (phase) {
      case FORMULATING, INVITED -> SUBMITTED;
      case COLLECTING, SYNTHESIS, ASKING, PERFORMING -> WORKING;
      case CONFIRMING -> INPUT_REQUIRED;
      case AWARDED -> COMPLETED;
      case NO_AGREEMENT, EXPIRED -> FAILED;
      case CANCELLED -> CANCELED;
    };
  }

  /** Where a participant's task stands once {@code words} have been said about it. */
  public static A2aTaskState after(Performative words) {
    return switch (words) {
      case CallForProposals call -> call.round() == 1 ? SUBMITTED : INPUT_REQUIRED;
      case Propose propose -> WORKING;
      case QueryIf query -> INPUT_REQUIRED;
      case QueryRef query -> INPUT_REQUIRED;
      case Confirm confirm -> WORKING;
      case InformRef answer -> WORKING;
      case AcceptProposal accept -> WORKING;
      case Refuse refuse -> REJECTED;
      case Disconfirm disconfirm -> REJECTED;
      case RejectProposal reject -> CANCELED;
      case Cancel cancel -> CANCELED;
      case InformDone done -> CANCELED;
      case InformResult result -> COMPLETED;
      case Failure failure -> FAILED;
      case NotUnderstood not -> FAILED;
    };
  }

  /**
   * What a participant that speaks A2A says to a negotiation by putting its task into this state;
   * empty where that says nothing yet. What it offers stands in its artifacts and is a {@link
   * Propose} of its own.
   *
   * @param accepted whether its offer had been accepted
   * @param words what its status says
   */
  public Optional<Participants> says(
      String conversation, int round, boolean accepted, String words) {
    return switch (this) {
      case SUBMITTED, WORKING, INPUT_REQUIRED -> Optional.empty();
      case COMPLETED ->
          accepted ? Optional.of(new InformResult(conversation, round, words)) : Optional.empty();
      case REJECTED, AUTH_REQUIRED, FAILED, CANCELED ->
          Optional.of(
              accepted
                  ? new Failure(conversation, round, words)
                  : new Refuse(conversation, round, words));
    };
  }
}
