package dev.mama.negotiation;

import dev.mama.AgentId;
import dev.mama.ChatRequest;
import dev.mama.MamaException;
import dev.mama.Need;
import dev.mama.Referral;
import dev.mama.llm.agent.Meaning;
import dev.mama.llm.agent.StructuredOutput;
import dev.mama.negotiation.NegotiationEvent.Called;
import dev.mama.negotiation.NegotiationEvent.Degraded;
import dev.mama.negotiation.NegotiationEvent.Formulated;
import dev.mama.negotiation.Performative.CallForProposals;
import dev.mama.negotiation.Rules.Planner;
import dev.mama.negotiation.Seat.Stand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;

/** From the demand to the offers: its words, who is invited, and when there are enough answers. */
final class Calls {

  private static final int LONGEST_NEED = 10_000;
  private static final StructuredOutput<Words> WORDS = StructuredOutput.of(Words.class);

  /** The demand in words that fit those who may meet it. */
  record Words(
      @Meaning("the demand, in a few plain sentences, without anything made up") String demand) {
    Words {
      if (demand.isBlank() || demand.length() > LONGEST_NEED) {
        throw new IllegalArgumentException(
            "demand of %d characters; 1 to %d are needed".formatted(demand.length(), LONGEST_NEED));
      }
    }
  }

  private Calls() {}

  /** Formulates and invites. */
  static void begin(Sitting s) throws InterruptedException {
    Docket docket = s.docket;
    if (s.rules().planner() == Planner.MODEL) {
      docket.words = words(s);
    }
    s.emit(new Formulated(s.conversation(), s.at(), docket.words));
    List<Seat> found;
    try {
      found = invited(s);
    } catch (RuntimeException e) { // an encoder, index or registry of whatever kind
      Award.end(s, Trigger.NOBODY_FOUND, Outcome.Reason.DISCOVERY_FAILED, e.toString());
      return;
    }
    call(s, found, OptionalDouble.empty(), s.limits().offers());
    if (docket.count(Stand.CALLED) == 0) {
      Award.end(
          s,
          Trigger.NOBODY_FOUND,
          Outcome.Reason.NOBODY_FOUND,
          "%d found, none of them reached".formatted(found.size()));
      return;
    }
    s.fire(Trigger.FORMULATED);
  }

  private static String words(Sitting s) throws InterruptedException {
    Demand demand = s.docket.demand();
    try {
      String prompt =
          s.office
              .prompts()
              .formulate(
                  Map.of(
                      "demand", demand.text(),
                      "profile", demand.profile(),
                      "members", String.valueOf(demand.members())));
      return WORDS
          .ask(ChatRequest.of(prompt), request -> s.chat(request, s.limits().formulation()))
          .demand();
    } catch (MamaException | IllegalStateException e) {
      s.emit(new Degraded(s.conversation(), s.at(), "formulation", e.toString()));
      return demand.text();
    }
  }

  /** Whom to invite: those whom the demand names, or the best matches. */
  private static List<Seat> invited(Sitting s) throws InterruptedException {
    Demand demand = s.docket.demand();
    return demand.invited().isEmpty()
        ? matches(s, s.docket.words, s.rules().invite())
        : demand.invited().stream()
            .distinct()
            .filter(agent -> !agent.equals(demand.requester()))
            .map(agent -> Seat.called(agent, 0))
            .toList();
  }

  /**
   * Finds the best matches for {@code need} that have no seat yet; each is a decision of the
   * policy's, and recorded as one.
   */
  static List<Seat> matches(Sitting s, String need, int most) throws InterruptedException {
    RandomGenerator random = s.context.random();
    int among = most + s.docket.seats.size();
    List<Referral> referrals;
    try {
      referrals =
          s.context.compute(() ->
              s.office
                  .assistance()
                  .findSeveral(
                      s.docket.demand().requester(),
                      new Need(need),
                      s.left(),
                      s.office.calls(),
                      random,
                      among));
    } catch (InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    var found = new ArrayList<Seat>();
    for (Referral referral : referrals) {
      var chosen = referral.candidates().get(referral.decision().choice().orElseThrow());
      if (found.size() < most && !s.docket.seats.containsKey(chosen.agent())) {
        s.context.recordDecision(referral);
        found.add(Seat.called(chosen.agent(), chosen.similarity()));
      }
    }
    return found;
  }

  /** Calls {@code seats}, in the docket's round; who cannot be reached is silent. */
  static void call(Sitting s, List<Seat> seats, OptionalDouble atMost, Duration limit)
      throws InterruptedException {
    Docket docket = s.docket;
    Duration within = limit.compareTo(s.left()) < 0 ? limit : s.left();
    docket.calledMillis = s.now();
    docket.replyByMillis = docket.calledMillis + within.toMillis();
    docket.enoughMillis = 0;
    var reached = new ArrayList<AgentId>();
    for (Seat seat : seats) {
      String problem =
          s.tell(
              seat.agent(),
              new CallForProposals(
                  s.conversation(),
                  docket.round,
                  docket.demand().requester(),
                  docket.words,
                  atMost,
                  within.toMillis(),
                  docket.replyByMillis));
      if (problem.isEmpty()) {
        docket.put(seat);
        reached.add(seat.agent());
      } else {
        docket.put(seat.stand(Stand.SILENT, problem));
        s.dropped(seat.agent(), problem);
      }
    }
    s.emit(new Called(s.conversation(), s.at(), docket.round, reached));
  }

  /** Calls all who have offered once more, paying at most {@code atMost} for a share. */
  static void callAgain(Sitting s, double atMost) throws InterruptedException {
    Docket docket = s.docket;
    docket.round++;
    List<Seat> again =
        docket.standing(Stand.OFFERED).map(seat -> seat.calledAgain(docket.round)).toList();
    call(s, again, OptionalDouble.of(atMost), s.limits().offers());
    s.fire(Trigger.COUNTERED);
  }

  /** An answer to a call has been taken: are there enough? */
  static void settle(Sitting s) throws InterruptedException {
    Docket docket = s.docket;
    if (docket.phase == Phase.ASKING) {
      Center.look(s);
      return;
    }
    if (docket.phase == Phase.INVITED) {
      s.fire(Trigger.ANSWERED);
    }
    if (docket.count(Stand.CALLED) == 0) {
      close(s);
    } else if (enough(s) && docket.enoughMillis == 0) {
      docket.enoughMillis = s.now();
      if (s.limits().grace().isZero()) {
        close(s);
      } else {
        s.graceOverAfter(s.limits().grace());
      }
    }
  }

  private static boolean enough(Sitting s) {
    return s.docket.count(Stand.OFFERED) >= needed(s);
  }

  private static int needed(Sitting s) {
    return Math.max(s.rules().quorum(), s.docket.demand().members());
  }

  /** No more answers are waited for. */
  static void close(Sitting s) throws InterruptedException {
    Docket docket = s.docket;
    docket
        .standing(Stand.CALLED)
        .toList()
        .forEach(seat -> docket.put(seat.stand(Stand.SILENT, "it did not answer in time")));
    if (enough(s)) {
      s.fire(Trigger.QUORUM);
    } else {
      Award.end(
          s,
          Trigger.NO_QUORUM,
          Outcome.Reason.NO_QUORUM,
          "%d valid offers of %d called; %d are needed"
              .formatted(docket.count(Stand.OFFERED), docket.seats.size(), needed(s)));
    }
  }
}
