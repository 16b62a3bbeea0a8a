package dev.mama.negotiation;

import dev.mama.AgentId;
import dev.mama.Candidate;
import dev.mama.Decision;
import dev.mama.MamaException;
import dev.mama.Need;
import dev.mama.Rating;
import dev.mama.Referral;
import dev.mama.StateBuilder;
import dev.mama.StateBuilder.SystemView;
import dev.mama.negotiation.DeskMessage.Withdraw;
import dev.mama.negotiation.NegotiationEvent.Degraded;
import dev.mama.negotiation.NegotiationEvent.PlanMade;
import dev.mama.negotiation.NegotiationEvent.Rated;
import dev.mama.negotiation.Performative.AcceptProposal;
import dev.mama.negotiation.Performative.Cancel;
import dev.mama.negotiation.Performative.QueryIf;
import dev.mama.negotiation.Performative.RejectProposal;
import dev.mama.negotiation.Seat.Stand;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * From the plan to the end: who confirms, who is accepted, who is let go, and what is said of it to
 * the trust ledger.
 *
 * <p>Nothing here is sent before the turn that decided it is written: a desk's turn is one record,
 * its state and its messages, so after a crash each loser still gets its rejection.
 */
final class Award {

  private static final double UNKNOWN = 0.5;

  private Award() {}

  /** There is a plan. */
  static void planned(Sitting s, Plan plan) throws InterruptedException {
    s.docket.plan = plan;
    s.emit(new PlanMade(s.conversation(), s.at(), plan));
    s.fire(Trigger.PLANNED);
  }

  /**
   * Asks those whom the plan names; in a contract net only those whose offer binds them no more.
   */
  static void query(Sitting s) throws InterruptedException {
    Plan plan = plan(s);
    for (Plan.Share share : plan.shares()) {
      Seat seat = seat(s, share.agent());
      if (seat.stand() != Stand.OFFERED) {
        continue; // asked before one of the others was replaced
      }
      if (plan.by().equals(Plan.RANKING) && seat.binds(s.now())) {
        s.docket.put(seat.stand(Stand.CONFIRMED, ""));
        continue;
      }
      long within = Math.min(s.limits().confirmation().toMillis(), s.left().toMillis());
      String problem =
          s.tell(
              share.agent(),
              new QueryIf(s.conversation(), seat.round(), plan.summary(), share.task(), within));
      s.docket.put(seat.stand(problem.isEmpty() ? Stand.QUERIED : Stand.SILENT, problem));
      if (!problem.isEmpty()) {
        s.dropped(share.agent(), problem);
      }
    }
    Optional<AgentId> unreached =
        plan.agents().stream().filter(agent -> seat(s, agent).stand() == Stand.SILENT).findFirst();
    if (unreached.isPresent()) {
      replaceOr(s, unreached.get(), Trigger.NOT_CONFIRMED, Outcome.Reason.NOT_CONFIRMED);
    } else if (s.docket.count(Stand.QUERIED) == 0) {
      s.fire(Trigger.CONFIRMED);
    } else {
      s.timeOverAfter(s.limits().confirmation());
    }
  }

  static void confirmed(Sitting s, Seat seat) throws InterruptedException {
    s.docket.put(seat.stand(Stand.CONFIRMED, ""));
    if (s.docket.phase == Phase.CONFIRMING && s.docket.count(Stand.QUERIED) == 0) {
      s.fire(Trigger.CONFIRMED);
    }
  }

  static void notConfirmed(Sitting s, Seat seat, String reason) throws InterruptedException {
    fail(s, seat, reason);
    replaceOr(s, seat.agent(), Trigger.NOT_CONFIRMED, Outcome.Reason.DECLINED);
  }

  /** The time to confirm is over: all are released, nobody is awarded in silence. */
  static void confirmationOver(Sitting s) throws InterruptedException {
    List<Seat> silent = s.docket.standing(Stand.QUERIED).toList();
    for (Seat seat : silent) {
      fail(s, seat, "it did not confirm in time");
    }
    end(
        s,
        Trigger.NOT_CONFIRMED,
        Outcome.Reason.NOT_CONFIRMED,
        "no word from %s".formatted(silent.stream().map(Seat::agent).toList()));
  }

  /** Accepts the offers that the plan names, and rejects the others. */
  static void accept(Sitting s) throws InterruptedException {
    boolean awaited = !s.limits().performance().isZero();
    Optional<AgentId> unreached = Optional.empty();
    for (AgentId agent : plan(s).agents()) {
      Seat seat = seat(s, agent);
      if (seat.stand() == Stand.CONFIRMED || seat.stand() == Stand.OFFERED) {
        Seat accepted = seat.stand(Stand.ACCEPTED, "");
        String problem = s.tell(agent, acceptance(s, accepted));
        s.docket.put(problem.isEmpty() ? accepted : seat.stand(Stand.SILENT, problem));
        if (!problem.isEmpty()) {
          s.dropped(agent, problem);
          unreached = Optional.of(agent);
        }
      }
    }
    if (unreached.isPresent()) {
      replaceOr(s, unreached.get(), Trigger.FAILED, Outcome.Reason.NOT_PERFORMED);
      return;
    }
    Optional<AgentId> held = awaited && !s.docket.replaced ? runnerUp(s) : Optional.empty();
    for (Seat seat : List.copyOf(s.docket.seats.values())) {
      if (seat.stand() == Stand.OFFERED && !held.equals(Optional.of(seat.agent()))) {
        release(s, seat, "another offer was taken");
      }
    }
    if (awaited) {
      s.timeOverAfter(s.limits().performance());
    } else {
      s.fire(Trigger.DONE);
    }
  }

  static AcceptProposal acceptance(Sitting s, Seat seat) {
    String task = plan(s).share(seat.agent()).map(Plan.Share::task).orElse("");
    return new AcceptProposal(
        s.conversation(), seat.round(), task, s.limits().performance().toMillis());
  }

  static void performed(Sitting s, Seat seat, String result) throws InterruptedException {
    if (s.docket.phase != Phase.PERFORMING) {
      return; // results are not awaited, and whether one comes in time is chance
    }
    s.docket.put(seat.stand(Stand.PERFORMED, result));
    if (s.docket.count(Stand.ACCEPTED) == 0) {
      for (Seat held : s.docket.standing(Stand.OFFERED).toList()) {
        release(s, held, "another offer was taken");
      }
      s.fire(Trigger.DONE);
    }
  }

  static void notPerformed(Sitting s, Seat seat, String reason) throws InterruptedException {
    if (s.docket.phase == Phase.PERFORMING) {
      fail(s, seat, reason);
      replaceOr(s, seat.agent(), Trigger.FAILED, Outcome.Reason.NOT_PERFORMED);
    } else {
      s.dropped(seat.agent(), reason);
    }
  }

  /** The time for results is over. */
  static void performanceOver(Sitting s) throws InterruptedException {
    List<Seat> silent = s.docket.standing(Stand.ACCEPTED).toList();
    for (Seat seat : silent) {
      fail(s, seat, "it gave no result in time");
    }
    if (silent.size() == 1) {
      replaceOr(s, silent.getFirst().agent(), Trigger.FAILED, Outcome.Reason.NOT_PERFORMED);
    } else {
      end(
          s,
          Trigger.FAILED,
          Outcome.Reason.NOT_PERFORMED,
          "no result from %s".formatted(silent.stream().map(Seat::agent).toList()));
    }
  }

  private static void fail(Sitting s, Seat seat, String reason) throws InterruptedException {
    s.docket.put(seat.stand(Stand.FAILED, reason));
    s.dropped(seat.agent(), reason);
  }

  /** Gives the share of {@code agent} to the runner-up, once; else ends. */
  private static void replaceOr(Sitting s, AgentId agent, Trigger trigger, Outcome.Reason reason)
      throws InterruptedException {
    Optional<AgentId> other = s.docket.replaced ? Optional.empty() : runnerUp(s);
    if (other.isEmpty()) {
      end(s, trigger, reason, "'%s': %s".formatted(agent, seat(s, agent).reason()));
      return;
    }
    s.docket.replaced = true;
    Plan plan = plan(s).replace(agent, other.get());
    s.docket.plan = plan;
    s.emit(new PlanMade(s.conversation(), s.at(), plan));
    s.fire(Trigger.REPLACED);
  }

  /**
   * The best of those whom the plan does not name and whose offer still binds them; the budget
   * holds for a plan with any of them, or they are not there.
   */
  private static Optional<AgentId> runnerUp(Sitting s) {
    Plan plan = plan(s);
    List<Seat> others =
        s.docket
            .standing(Stand.OFFERED)
            .filter(seat -> plan.share(seat.agent()).isEmpty() && seat.binds(s.now()))
            .toList();
    return ranked(s, others).stream()
        .filter(other -> withinShare(s, other.offer()))
        .map(Ranking.Ranked::agent)
        .findFirst();
  }

  static boolean withinShare(Sitting s, Offer offer) {
    return offer.price() <= s.docket.demand().budget().orElse(Double.MAX_VALUE) / members(s);
  }

  private static int members(Sitting s) {
    return s.docket.demand().members();
  }

  static List<Ranking.Ranked> ranked(Sitting s, List<Seat> seats) {
    return Ranking.of(
        seats, s.rules().weights(), agent -> s.office.assistance().standing(agent).trust());
  }

  /** Ends without an agreement; all who wait for a word get it. */
  static void end(Sitting s, Trigger trigger, Outcome.Reason reason, String detail)
      throws InterruptedException {
    over(s, trigger, new Docket.Ending(reason, detail, null), detail);
  }

  /** Ends because it was taken back. */
  static void withdrawn(Sitting s, String detail) throws InterruptedException {
    over(s, Trigger.WITHDRAWN, new Docket.Ending(null, detail, null), detail);
  }

  /** Ends because the time of the whole is over. */
  static void outOfTime(Sitting s) throws InterruptedException {
    over(
        s,
        Trigger.OUT_OF_TIME,
        new Docket.Ending(null, "", s.docket.phase),
        "the negotiation ran out of time");
  }

  private static void over(Sitting s, Trigger trigger, Docket.Ending ending, String detail)
      throws InterruptedException {
    Docket docket = s.docket;
    for (Seat seat : List.copyOf(docket.seats.values())) {
      if (seat.awaitsWord()) {
        release(s, seat, detail);
      }
    }
    if (!docket.subConversation.isEmpty()) {
      s.tell(Desk.sub(s.context.self()), new Withdraw(docket.subConversation, detail));
      for (AgentId agent : docket.subAgents) {
        s.tell(agent, new Cancel(docket.subConversation, 1, detail));
      }
    }
    docket.ending = ending;
    s.fire(trigger);
  }

  /** Lets a participant go: what was agreed is off, what was only offered is rejected. */
  private static void release(Sitting s, Seat seat, String reason) throws InterruptedException {
    boolean agreed =
        switch (seat.stand()) {
          case QUERIED, CONFIRMED, ACCEPTED -> true;
          default -> false;
        };
    String problem =
        s.tell(
            seat.agent(),
            agreed
                ? new Cancel(s.conversation(), seat.round(), reason)
                : new RejectProposal(s.conversation(), seat.round(), reason));
    s.docket.put(seat.stand(Stand.REJECTED, reason));
    if (!problem.isEmpty()) {
      s.dropped(seat.agent(), problem); // its offer lapses by itself
    }
  }

  /** Tells the trust ledger of those who performed, and of those who offered and then did not. */
  static void rate(Sitting s) throws InterruptedException {
    Demand demand = s.docket.demand();
    for (Seat seat : s.docket.seats.values()) {
      if (seat.stand() == Stand.PERFORMED) {
        Plan.Share share = plan(s).share(seat.agent()).orElse(new Plan.Share(seat.agent(), ""));
        rate(s, seat, s.office.judge().quality(demand, share, seat.reason()), true);
      } else if (seat.stand() == Stand.FAILED) {
        rate(s, seat, 0, false);
      }
    }
  }

  private static void rate(Sitting s, Seat seat, double quality, boolean answered)
      throws InterruptedException {
    try {
      s.context.rate(
          referral(s, seat), new Rating(quality, answered, Duration.ofMillis(seat.tookMillis())));
      s.emit(new Rated(s.conversation(), s.at(), seat.agent(), quality));
    } catch (MamaException | IllegalStateException e) { // or the group has no assistance
      s.emit(new Degraded(s.conversation(), s.at(), "rating", e.toString()));
    }
  }

  /** What was needed and who was chosen, as an auditor wants to know it. */
  private static Referral referral(Sitting s, Seat seat) {
    var need = new Need(s.docket.words);
    var candidates =
        List.of(
            new Candidate(
                seat.agent(), seat.similarity(), s.office.assistance().standing(seat.agent()), 0));
    int invited = s.docket.seats.size();
    var view =
        new SystemView(
            invited,
            invited - s.docket.count(Stand.SILENT),
            0,
            UNKNOWN,
            UNKNOWN,
            seat.tookMillis());
    return new Referral(
        need,
        candidates,
        StateBuilder.build(need, s.left(), candidates, view),
        new Decision(OptionalInt.of(0), List.of(1.0), 1, "negotiation"),
        new Referral.Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO));
  }

  private static Plan plan(Sitting s) {
    Plan plan = s.docket.plan;
    if (plan == null) {
      throw new IllegalStateException("no plan in phase " + s.docket.phase);
    }
    return plan;
  }

  private static Seat seat(Sitting s, AgentId agent) {
    Seat seat = s.docket.seats.get(agent);
    if (seat == null) {
      throw new IllegalStateException("'%s' is no participant".formatted(agent));
    }
    return seat;
  }
}
