package dev.mama.negotiation;

import dev.mama.AgentId;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What the two sides of a negotiation say to each other: the communicative acts of the FIPA
 * contract net (<a href="http://www.fipa.org/specs/fipa00029/SC00029H.html">SC00029H</a>) and its
 * iterated form (SC00030H), and those of FIPA that ask and confirm. Each is the payload of one
 * message and is known by conversation, sender and round, so that one that comes twice does no
 * harm.
 *
 * <p>Implementations are immutable.
 */
public sealed interface Performative {

  /** The negotiation's id, globally unique; FIPA's {@code conversation-id}. */
  String conversation();

  /** The round it belongs to, from 1. */
  int round();

  /** What the initiator says. */
  sealed interface Initiator extends Performative {}

  /** What a participant says. */
  sealed interface Participants extends Performative {}

  /**
   * FIPA {@code cfp}: who can do this, and on what terms? A later round's call is the revised one
   * of the iterated protocol.
   *
   * @param requester who wants it
   * @param atMost the most that is paid for a share, empty for no bound
   * @param withinMillis time left to answer when it was sent
   * @param replyByMillis the same as a moment of the initiator's clock, in milliseconds of the
   *     epoch; the initiator alone compares with it, because clocks differ. FIPA's {@code reply-by}
   */
  record CallForProposals(
      String conversation,
      int round,
      AgentId requester,
      String demand,
      OptionalDouble atMost,
      long withinMillis,
      long replyByMillis)
      implements Initiator {}

  /**
   * FIPA {@code accept-proposal}: the share is yours.
   *
   * @param share what to do
   * @param resultWithinMillis time for the result, 0 if none is awaited
   */
  record AcceptProposal(String conversation, int round, String share, long resultWithinMillis)
      implements Initiator {}

  /** FIPA {@code reject-proposal}: the offer is not taken, for {@code reason}; it binds no more. */
  record RejectProposal(String conversation, int round, String reason) implements Initiator {}

  /**
   * FIPA {@code query-if}: will you do this?
   *
   * @param plan the plan as a whole
   * @param share what falls to the receiver
   * @param withinMillis time left to answer; without an answer the receiver is released
   */
  record QueryIf(String conversation, int round, String plan, String share, long withinMillis)
      implements Initiator {}

  /**
   * FIPA {@code query-ref}: a question.
   *
   * @param number of the question within its negotiation
   * @param withinMillis time left to answer
   */
  record QueryRef(String conversation, int round, int number, String question, long withinMillis)
      implements Initiator {}

  /** FIPA {@code cancel}: whatever was agreed is off, for {@code reason}. */
  record Cancel(String conversation, int round, String reason) implements Initiator {}

  /**
   * FIPA {@code propose}. It binds its sender until it is rejected, or for so long.
   *
   * @param validForMillis how long it binds, from its arrival
   */
  record Propose(String conversation, int round, Offer offer, long validForMillis)
      implements Participants {
    public Propose {
      Objects.requireNonNull(offer, "offer");
    }
  }

  /** FIPA {@code refuse}: no offer, for {@code reason}. */
  record Refuse(String conversation, int round, String reason) implements Participants {}

  /** FIPA {@code confirm}: the share is taken. */
  record Confirm(String conversation, int round) implements Participants {}

  /** FIPA {@code disconfirm}: the share is not taken, for {@code reason}. */
  record Disconfirm(String conversation, int round, String reason) implements Participants {}

  /** FIPA {@code inform-ref}: the answer to question {@code number}. */
  record InformRef(String conversation, int round, int number, String answer)
      implements Participants {
    public InformRef {
      Objects.requireNonNull(answer, "answer");
    }
  }

  /** FIPA {@code inform-result}: the share is performed, with this result. */
  record InformResult(String conversation, int round, String result) implements Participants {}

  /** FIPA {@code inform-done}: what was cancelled is off. */
  record InformDone(String conversation, int round) implements Participants {}

  /** FIPA {@code failure}: the share was taken and could not be performed. */
  record Failure(String conversation, int round, String reason) implements Participants {}

  /**
   * FIPA {@code not-understood}, from either side.
   *
   * @param what the type of the message that was not understood
   */
  record NotUnderstood(String conversation, int round, String what, String reason)
      implements Initiator, Participants {}
}
