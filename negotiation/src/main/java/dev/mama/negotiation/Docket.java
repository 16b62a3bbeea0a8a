package dev.mama.negotiation;

import dev.mama.AgentId;
import dev.mama.Scheduled;
import dev.mama.negotiation.Seat.Stand;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that a desk knows of its negotiation.
 *
 * <p>Confined to the desk's turn.
 */
final class Docket {

  /** What does not change. Times are milliseconds of the epoch, on the desk's clock. */
  record Head(
      String conversation,
      Demand demand,
      int depth,
      @Nullable AgentId parent,
      long openedMillis,
      long totalMillis) {}

  /**
   * What the center wants to know.
   *
   * @param agent who is asked; the desk itself for what is found out without asking an agent
   * @param answer null as long as it is open
   */
  record Inquiry(int number, AgentId agent, String question, @Nullable String answer) {}

  /** How it ended, as flat as a message needs it. */
  record Ending(Outcome.@Nullable Reason reason, String detail, @Nullable Phase at) {}

  /** The docket as a record, for the disk. */
  record Saved(
      Head head,
      Phase phase,
      int visit,
      long sinceMillis,
      String words,
      int round,
      long calledMillis,
      long replyByMillis,
      long enoughMillis,
      List<Seat> seats,
      int centerRound,
      List<Inquiry> inquiries,
      @Nullable Plan plan,
      boolean replaced,
      String subConversation,
      List<AgentId> subAgents,
      @Nullable Ending ending,
      boolean concluded) {}

  final Head head;
  final Map<AgentId, Seat> seats = new LinkedHashMap<>();
  final List<Inquiry> inquiries = new ArrayList<>();
  Phase phase = Transitions.FIRST;
  int visit = 1; // counts the phases entered; what an older one had scheduled is stale
  long sinceMillis;
  String words;
  int round = 1;
  long calledMillis; // when the latest call went out
  long replyByMillis; // when answers to the latest call are late
  long enoughMillis; // since when there are enough offers; 0 if there are not
  int centerRound;
  @Nullable Plan plan;
  boolean replaced; // somebody has taken another's share; that happens once
  String subConversation = "";
  List<AgentId> subAgents = List.of();
  @Nullable Ending ending;
  boolean concluded; // rated, and whoever waits has been told

  // Not kept: an alarm of an earlier phase counts for nothing and is taken back to save memory.
  final List<Scheduled> alarms = new ArrayList<>(); // of this phase
  final List<Scheduled> stale = new ArrayList<>(); // of earlier ones
  @Nullable Scheduled lastAlarm; // of the whole
  private OpenCalls.@Nullable OfDesk open; // not kept, but counted anew

  Docket(Head head) {
    this.head = head;
    this.sinceMillis = head.openedMillis();
    this.words = head.demand().text();
  }

  static Docket of(Saved saved) {
    var docket = new Docket(saved.head());
    saved.seats().forEach(docket::put);
    docket.inquiries.addAll(saved.inquiries());
    docket.phase = saved.phase();
    docket.visit = saved.visit();
    docket.sinceMillis = saved.sinceMillis();
    docket.words = saved.words();
    docket.round = saved.round();
    docket.calledMillis = saved.calledMillis();
    docket.replyByMillis = saved.replyByMillis();
    docket.enoughMillis = saved.enoughMillis();
    docket.centerRound = saved.centerRound();
    docket.plan = saved.plan();
    docket.replaced = saved.replaced();
    docket.subConversation = saved.subConversation();
    docket.subAgents = saved.subAgents();
    docket.ending = saved.ending();
    docket.concluded = saved.concluded();
    return docket;
  }

  Saved saved() {
    return new Saved(
        head,
        phase,
        visit,
        sinceMillis,
        words,
        round,
        calledMillis,
        replyByMillis,
        enoughMillis,
        List.copyOf(seats.values()),
        centerRound,
        List.copyOf(inquiries),
        plan,
        replaced,
        subConversation,
        subAgents,
        ending,
        concluded);
  }

  String conversation() {
    return head.conversation();
  }

  Demand demand() {
    return head.demand();
  }

  void put(Seat seat) {
    seats.put(seat.agent(), seat);
    if (open != null) {
      open.waits(seat.agent(), seat.owesWord());
    }
  }

  /** From now on {@code calls} counts whom this negotiation, held at {@code desk}, waits for. */
  void countedBy(OpenCalls calls, AgentId desk) {
    if (open == null) {
      open =
          calls.of(
              desk,
              phase.over()
                  ? List.of()
                  : seats.values().stream().filter(Seat::owesWord).map(Seat::agent).toList());
    }
  }

  /** Nothing is waited for any more. */
  void waitsForNobody() {
    if (open != null) {
      open.nobody();
    }
  }

  Stream<Seat> standing(Stand stand) {
    return seats.values().stream().filter(seat -> seat.stand() == stand);
  }

  int count(Stand stand) {
    int count = 0;
    for (Seat seat : seats.values()) {
      count += seat.stand() == stand ? 1 : 0;
    }
    return count;
  }

  /** Takes back what earlier phases have scheduled, once the turn that left them is written. */
  void takeBack() {
    stale.forEach(Scheduled::cancel);
    stale.clear();
  }

  /** Whether everything that the center asked is answered. */
  boolean knowsAll() {
    return inquiries.stream().allMatch(inquiry -> inquiry.answer() != null);
  }

  /** Answers question {@code number} of {@code from}; false if no such question is open. */
  boolean answer(int number, AgentId from, String answer) {
    for (int i = 0; i < inquiries.size(); i++) {
      Inquiry inquiry = inquiries.get(i);
      if (inquiry.number() == number && inquiry.agent().equals(from) && inquiry.answer() == null) {
        inquiries.set(i, new Inquiry(number, from, inquiry.question(), answer));
        return true;
      }
    }
    return false;
  }

  /** How it ended, empty as long as it goes on. */
  Optional<Outcome> outcome() {
    return outcome(phase, plan, ending);
  }

  /** An outcome from its parts; what a message carries. */
  static Optional<Outcome> outcome(Phase phase, @Nullable Plan plan, @Nullable Ending ending) {
    String detail = ending == null ? "" : ending.detail();
    return switch (phase) {
      case AWARDED -> Optional.ofNullable(plan).map(Outcome.Awarded::new);
      case NO_AGREEMENT ->
          Optional.of(
              new Outcome.NoAgreement(
                  ending == null || ending.reason() == null
                      ? Outcome.Reason.NO_PLAN
                      : ending.reason(),
                  detail));
      case CANCELLED -> Optional.of(new Outcome.Cancelled(detail));
      case EXPIRED ->
          Optional.of(
              new Outcome.Expired(
                  ending == null || ending.at() == null ? Phase.EXPIRED : ending.at()));
      default -> Optional.empty();
    };
  }
}
