package dev.mama.negotiation;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.negotiation.NegotiationEvent.Answered;
import dev.mama.negotiation.NegotiationEvent.OfferReceived;
import dev.mama.negotiation.NegotiationEvent.SetAside;
import dev.mama.negotiation.Performative.Confirm;
import dev.mama.negotiation.Performative.Disconfirm;
import dev.mama.negotiation.Performative.Failure;
import dev.mama.negotiation.Performative.InformDone;
import dev.mama.negotiation.Performative.InformRef;
import dev.mama.negotiation.Performative.InformResult;
import dev.mama.negotiation.Performative.NotUnderstood;
import dev.mama.negotiation.Performative.Participants;
import dev.mama.negotiation.Performative.Propose;
import dev.mama.negotiation.Performative.Refuse;
import dev.mama.negotiation.Performative.RejectProposal;
import dev.mama.negotiation.Seat.Stand;
import java.util.Optional;

/**
 * What participants say, and what becomes of it: each message has one {@link Receipt}, and what may
 * not be ignored has its answer.
 */
final class Answers {

  private static final long LONGEST_VALID_MILLIS = 365L * 24 * 60 * 60 * 1_000;

  private Answers() {}

  /** Takes {@code words} of {@code from} as far as they count. */
  static void hear(Sitting s, AgentId from, Participants words) throws InterruptedException {
    Seat seat = s.docket.seats.get(from);
    Receipt receipt = seat == null ? stranger(s, from, words) : judge(s, seat, words);
    if (receipt != Receipt.TAKEN) {
      s.emit(
          new SetAside(s.conversation(), s.at(), from, words.getClass().getSimpleName(), receipt));
    }
    answer(s, from, words, receipt);
    if (receipt == Receipt.TAKEN || receipt == Receipt.NOT_UNDERSTOOD) {
      if (seat != null) {
        take(s, seat, words);
      }
    } else if (receipt == Receipt.UNFOUNDED) {
      Calls.settle(s);
    }
  }

  /** An agent that was asked something without being a participant: none. */
  private static Receipt stranger(Sitting s, AgentId from, Participants words) {
    return words instanceof InformDone && s.docket.subAgents.contains(from)
        ? Receipt.TAKEN
        : Receipt.UNINVITED;
  }

  private static Receipt judge(Sitting s, Seat seat, Participants words)
      throws InterruptedException {
    if (words instanceof NotUnderstood) {
      return Receipt.NOT_UNDERSTOOD;
    }
    if (words instanceof InformDone) {
      return Receipt.TAKEN;
    }
    if (words.round() != seat.round()) {
      return Receipt.OUT_OF_ROUND;
    }
    return switch (words) {
      case Propose propose -> called(s, seat, propose);
      case Refuse refuse -> called(s, seat, refuse);
      case Confirm confirm -> queried(seat);
      case Disconfirm disconfirm -> queried(seat);
      case InformResult result -> accepted(seat);
      case Failure failure -> accepted(seat);
      case InformRef answer -> asked(s, seat, answer);
      case InformDone done -> Receipt.TAKEN;
      case NotUnderstood not -> Receipt.NOT_UNDERSTOOD;
    };
  }

  private static Receipt called(Sitting s, Seat seat, Participants words)
      throws InterruptedException {
    return switch (seat.stand()) {
      case CALLED ->
          s.docket.phase.over() || s.now() > s.docket.replyByMillis
              ? Receipt.LATE
              : words instanceof Propose propose ? founded(s, seat, propose) : Receipt.TAKEN;
      case SILENT -> Receipt.LATE;
      case REJECTED -> seat.offer() == null ? Receipt.LATE : Receipt.DUPLICATE;
      default -> Receipt.DUPLICATE;
    };
  }

  private static Receipt founded(Sitting s, Seat seat, Propose propose)
      throws InterruptedException {
    Optional<AgentCard> card = s.office.assistance().card(seat.agent());
    String problem =
        card.isEmpty() ? "it has no card" : Citation.problem(propose.offer(), card.get());
    if (problem.isEmpty()) {
      return Receipt.TAKEN;
    }
    s.docket.put(seat.stand(Stand.OUT, problem));
    s.dropped(seat.agent(), problem);
    return Receipt.UNFOUNDED;
  }

  private static Receipt queried(Seat seat) {
    return switch (seat.stand()) {
      case QUERIED -> Receipt.TAKEN;
      case CONFIRMED, ACCEPTED, PERFORMED -> Receipt.DUPLICATE;
      case FAILED, REJECTED -> Receipt.LATE;
      case CALLED, OFFERED, SILENT, OUT -> Receipt.OUT_OF_TURN;
    };
  }

  private static Receipt accepted(Seat seat) {
    return switch (seat.stand()) {
      case ACCEPTED -> Receipt.TAKEN;
      case PERFORMED -> Receipt.DUPLICATE;
      case FAILED, REJECTED -> Receipt.LATE;
      case CALLED, OFFERED, QUERIED, CONFIRMED, SILENT, OUT -> Receipt.OUT_OF_TURN;
    };
  }

  private static Receipt asked(Sitting s, Seat seat, InformRef answer) {
    return s.docket.inquiries.stream()
        .filter(
            inquiry -> inquiry.number() == answer.number() && inquiry.agent().equals(seat.agent()))
        .findFirst()
        .map(inquiry ->
            inquiry.answer() == null
                ? Receipt.TAKEN
                : s.docket.phase == Phase.ASKING ? Receipt.DUPLICATE : Receipt.LATE)
        .orElse(Receipt.OUT_OF_TURN);
  }

  /** Says what a message that was set aside is owed. */
  private static void answer(Sitting s, AgentId from, Participants words, Receipt receipt)
      throws InterruptedException {
    String type = words.getClass().getSimpleName();
    var unused =
        switch (receipt) {
          case TAKEN, NOT_UNDERSTOOD, OUT_OF_ROUND -> "";
          case LATE ->
              words instanceof Propose
                  ? s.tell(from, new RejectProposal(s.conversation(), words.round(), "late"))
                  : "";
          case UNFOUNDED ->
              s.tell(
                  from,
                  new RejectProposal(
                      s.conversation(), words.round(), "the offer does not stand on its card"));
          case DUPLICATE -> words instanceof Propose ? decidedAlready(s, from) : "";
          case UNINVITED, OUT_OF_TURN, UNREADABLE, UNKNOWN ->
              words instanceof NotUnderstood || words instanceof InformDone
                  ? ""
                  : s.tell(
                      from,
                      new NotUnderstood(s.conversation(), words.round(), type, receipt.toString()));
        };
  }

  /** Sends the decision on the offer of {@code agent} again, where there is one. */
  private static String decidedAlready(Sitting s, AgentId agent) throws InterruptedException {
    Seat seat = s.docket.seats.get(agent);
    if (seat == null) {
      return "";
    }
    return switch (seat.stand()) {
      case REJECTED, OUT ->
          s.tell(
              agent, new RejectProposal(s.conversation(), seat.round(), "it was rejected before"));
      case ACCEPTED, PERFORMED -> s.tell(agent, Award.acceptance(s, seat));
      default -> "";
    };
  }

  private static void take(Sitting s, Seat seat, Participants words) throws InterruptedException {
    long now = s.now();
    switch (words) {
      case Propose(var conversation, var round, var offer, var validFor) -> {
        long valid = now + Math.clamp(validFor, 0, LONGEST_VALID_MILLIS);
        s.docket.put(seat.offered(offer, Math.max(0, now - s.docket.calledMillis), valid));
        s.emit(new OfferReceived(conversation, s.at(), round, seat.agent(), offer));
        Calls.settle(s);
      }
      case Refuse(var conversation, var round, var reason) -> out(s, seat, reason);
      case Confirm confirm -> Award.confirmed(s, seat);
      case Disconfirm(var conversation, var round, var reason) ->
          Award.notConfirmed(s, seat, reason);
      case InformResult(var conversation, var round, var result) ->
          Award.performed(s, seat, result);
      case Failure(var conversation, var round, var reason) -> Award.notPerformed(s, seat, reason);
      case InformRef(var conversation, var round, var number, var answer) -> {
        if (s.docket.answer(number, seat.agent(), answer)) {
          s.emit(new Answered(conversation, s.at(), seat.agent(), answer));
          Center.look(s);
        }
      }
      case InformDone done -> {} // what was cancelled is off
      case NotUnderstood(var conversation, var round, var what, var reason) ->
          misunderstood(s, seat, "it did not understand %s: %s".formatted(what, reason));
    }
  }

  private static void out(Sitting s, Seat seat, String reason) throws InterruptedException {
    s.docket.put(seat.stand(Stand.OUT, reason));
    s.dropped(seat.agent(), reason);
    Calls.settle(s);
  }

  /** Whoever has not understood does not do what it was told. */
  private static void misunderstood(Sitting s, Seat seat, String reason)
      throws InterruptedException {
    switch (seat.stand()) {
      case CALLED -> out(s, seat, reason);
      case QUERIED -> Award.notConfirmed(s, seat, reason);
      case ACCEPTED -> Award.notPerformed(s, seat, reason);
      default -> {} // a rejection that was not understood is one all the same
    }
  }
}
