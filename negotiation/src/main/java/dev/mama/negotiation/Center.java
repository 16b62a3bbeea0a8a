package dev.mama.negotiation;

import dev.mama.AgentId;
import dev.mama.ChatRequest;
import dev.mama.MamaException;
import dev.mama.Payload;
import dev.mama.llm.agent.Meaning;
import dev.mama.llm.agent.StructuredOutput;
import dev.mama.negotiation.DeskMessage.Open;
import dev.mama.negotiation.Docket.Inquiry;
import dev.mama.negotiation.NegotiationEvent.Degraded;
import dev.mama.negotiation.NegotiationEvent.Questioned;
import dev.mama.negotiation.Performative.QueryRef;
import dev.mama.negotiation.Rules.Planner;
import dev.mama.negotiation.Seat.Stand;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes the plan: by rank, or by a model in a bounded loop of tools. Each of the model's answers is
 * a turn of its own; what it asks for is written down before it is done.
 */
final class Center {

  private static final int MOST_TOOLS = 5;
  private static final int MOST_DISCOVERED = 5;

  private static final StructuredOutput<Answer> ANSWER = StructuredOutput.of(Answer.class);
  private static final StructuredOutput<LastAnswer> LAST = StructuredOutput.of(LastAnswer.class);

  /** What the model may answer with. */
  record Answer(@Meaning("a decision alone, or at most five tools") List<Move> moves) {
    Answer {
      moves = List.copyOf(moves);
    }
  }

  /** What it may answer with in the last round. */
  record LastAnswer(Decision decision) {}

  /** A decision or a tool. */
  sealed interface Move {}

  /** What ends the loop. */
  sealed interface Decision extends Move {}

  @Meaning("the plan; its parts name only agents that have offered")
  record OutputPlan(String summary, List<Part> parts) implements Decision {}

  /** What one agent does in a plan. */
  record Part(String agent, String task) {}

  @Meaning("no plan can be made of these offers")
  record GiveUp(String reason) implements Decision {}

  @Meaning("asks an agent that has offered a question about its offer")
  record AskAgent(String agent, String question) implements Move {}

  @Meaning("looks for further agents, by a need in everyday words, and asks them for offers")
  record DiscoverMore(String need) implements Move {}

  @Meaning("has other agents agree on a part of the demand")
  record SubNegotiate(String need, int members) implements Move {}

  private Center() {}

  /** One round of the center. */
  static void step(Sitting s) throws InterruptedException {
    if (s.rules().planner() == Planner.RANKING) {
      rank(s, true);
      return;
    }
    s.docket.centerRound++;
    boolean last = s.docket.centerRound >= s.rules().centerRounds();
    List<Move> moves;
    try {
      ChatRequest request = ChatRequest.of(prompt(s, last));
      StructuredOutput.Asker asker = asked -> s.chat(asked, s.limits().center());
      moves =
          last ? List.of(LAST.ask(request, asker).decision()) : ANSWER.ask(request, asker).moves();
    } catch (MamaException | IllegalStateException e) {
      s.emit(new Degraded(s.conversation(), s.at(), "synthesis", e.toString()));
      rank(s, false);
      return;
    }
    for (Move move : moves) {
      if (move instanceof Decision decision) {
        decide(s, decision, last);
        return;
      }
    }
    use(s, moves);
  }

  private static void decide(Sitting s, Decision decision, boolean last)
      throws InterruptedException {
    switch (decision) {
      case GiveUp(var reason) -> Award.end(s, Trigger.NO_PLAN, Outcome.Reason.NO_PLAN, reason);
      case OutputPlan plan -> {
        String problem = problem(s, plan);
        if (problem.isEmpty()) {
          Award.planned(
              s,
              new Plan(
                  plan.summary(),
                  plan.parts().stream()
                      .map(part -> new Plan.Share(AgentId.of(part.agent()), part.task()))
                      .toList(),
                  Plan.MODEL));
        } else if (last) {
          s.emit(new Degraded(s.conversation(), s.at(), "synthesis", problem));
          rank(s, false);
        } else {
          note(s, s.context.self(), "your plan", "it cannot be used: " + problem);
          s.fire(Trigger.UNUSABLE);
        }
      }
    }
  }

  /** Why a plan cannot be used; empty if it can. Nobody is in it who has not offered. */
  private static String problem(Sitting s, OutputPlan plan) {
    var named = new HashSet<String>();
    double price = 0;
    for (Part part : plan.parts()) {
      Seat seat = seat(s, part.agent());
      if (seat == null) {
        return "'%s' has made no offer".formatted(part.agent());
      }
      if (!named.add(part.agent())) {
        return "'%s' is named twice".formatted(part.agent());
      }
      price += seat.offer() == null ? 0 : seat.offer().price();
    }
    int members = s.docket.demand().members();
    if (named.size() != members) {
      return "it names %d agents; %d are wanted".formatted(named.size(), members);
    }
    double budget = s.docket.demand().budget().orElse(Double.MAX_VALUE);
    return price > budget ? "it costs %s; the budget is %s".formatted(price, budget) : "";
  }

  private static @Nullable Seat seat(Sitting s, String agent) {
    return s.docket
        .standing(Stand.OFFERED)
        .filter(seat -> seat.agent().value().equals(agent))
        .findFirst()
        .orElse(null);
  }

  /** Does what the tools ask for, then waits for what they bring. */
  private static void use(Sitting s, List<Move> moves) throws InterruptedException {
    if (moves.isEmpty()) {
      note(s, s.context.self(), "your answer", "it held neither a decision nor a tool");
      s.fire(Trigger.UNUSABLE);
      return;
    }
    for (Move move : moves.subList(0, Math.min(MOST_TOOLS, moves.size()))) {
      switch (move) {
        case AskAgent(var agent, var question) -> ask(s, agent, question);
        case DiscoverMore(var need) -> discover(s, need);
        case SubNegotiate(var need, var members) -> sub(s, need, members);
        case Decision decision -> throw new IllegalStateException("decided before");
      }
    }
    s.fire(Trigger.ASKED);
    look(s);
  }

  private static void ask(Sitting s, String agent, String question) throws InterruptedException {
    Seat seat = seat(s, agent);
    if (seat == null) {
      note(s, s.context.self(), question, "'%s' has made no offer".formatted(agent));
      return;
    }
    int number = s.docket.inquiries.size();
    String problem =
        s.tell(
            seat.agent(),
            new QueryRef(
                s.conversation(), seat.round(), number, question, s.limits().asking().toMillis()));
    if (problem.isEmpty()) {
      s.docket.inquiries.add(new Inquiry(number, seat.agent(), question, null));
      s.emit(new Questioned(s.conversation(), s.at(), seat.agent(), question));
    } else {
      note(s, seat.agent(), question, "it cannot be reached: " + problem);
    }
  }

  private static void discover(Sitting s, String need) throws InterruptedException {
    String found;
    try {
      List<Seat> more = Calls.matches(s, need, MOST_DISCOVERED);
      Calls.call(s, more, OptionalDouble.empty(), s.limits().asking());
      found =
          more.isEmpty()
              ? "nobody else was found"
              : "called: " + more.stream().map(Seat::agent).toList();
    } catch (RuntimeException e) { // an encoder, index or registry of whatever kind
      found = "the search failed: " + e;
    }
    note(s, s.context.self(), "who else? " + need, found);
  }

  private static void sub(Sitting s, String need, int members) throws InterruptedException {
    Docket docket = s.docket;
    AgentId sub = Desk.sub(s.context.self());
    if (docket.head.depth() > 0 || !docket.subConversation.isEmpty() || need.isBlank()) {
      note(s, sub, need, "not allowed: one negotiation within another, and no deeper");
      return;
    }
    String conversation = s.conversation() + ".1";
    var demand =
        Demand.of(docket.demand().requester(), need.substring(0, Math.min(10_000, need.length())))
            .members(Math.clamp(members, 1, 10));
    docket.subConversation = conversation;
    docket.inquiries.add(new Inquiry(docket.inquiries.size(), sub, need, null));
    long within = Math.min(s.limits().sub().toMillis(), s.left().toMillis());
    s.context.send(sub, Payload.of(new Open(conversation, demand, 1, s.context.self(), within)));
    s.emit(new Questioned(s.conversation(), s.at(), sub, need));
  }

  /** What came of the negotiation within this one. */
  static void subConcluded(Sitting s, AgentId sub, Outcome outcome) throws InterruptedException {
    if (outcome instanceof Outcome.Awarded(var plan)) {
      s.docket.subAgents = plan.agents();
    }
    for (Inquiry inquiry : List.copyOf(s.docket.inquiries)) {
      if (inquiry.agent().equals(sub) && inquiry.answer() == null) {
        s.docket.answer(inquiry.number(), sub, outcome.toString());
      }
    }
    if (s.docket.phase == Phase.ASKING) {
      look(s);
    }
  }

  private static void note(Sitting s, AgentId about, String question, String answer) {
    s.docket.inquiries.add(new Inquiry(s.docket.inquiries.size(), about, question, answer));
  }

  /** Goes back to the plan once everything is answered. */
  static void look(Sitting s) throws InterruptedException {
    if (s.docket.phase == Phase.ASKING
        && s.docket.knowsAll()
        && s.docket.count(Stand.CALLED) == 0) {
      s.fire(Trigger.REPLIED);
    }
  }

  /** The time for questions is over. */
  static void askingOver(Sitting s) throws InterruptedException {
    Docket docket = s.docket;
    for (Inquiry inquiry : List.copyOf(docket.inquiries)) {
      if (inquiry.answer() == null) {
        docket.answer(inquiry.number(), inquiry.agent(), "no answer in time");
      }
    }
    docket
        .standing(Stand.CALLED)
        .toList()
        .forEach(seat -> docket.put(seat.stand(Stand.SILENT, "it did not answer in time")));
    s.fire(Trigger.REPLIED);
  }

  /**
   * Makes the plan of the best offers. Where they cost too much, those who offered are called again
   * as often as the rules allow.
   */
  private static void rank(Sitting s, boolean mayCounter) throws InterruptedException {
    Docket docket = s.docket;
    Demand demand = docket.demand();
    List<Ranking.Ranked> ranked = Award.ranked(s, docket.standing(Stand.OFFERED).toList());
    double budget = demand.budget().orElse(Double.MAX_VALUE);
    List<Ranking.Ranked> best = ranked.stream().limit(demand.members()).toList();
    if (price(best) > budget) {
      best =
          ranked.stream()
              .filter(offer -> Award.withinShare(s, offer.offer()))
              .limit(demand.members())
              .toList();
    }
    if (best.size() == demand.members()) {
      Award.planned(
          s,
          new Plan(
              best.stream()
                  .map(offer -> "%s: %s".formatted(offer.agent(), offer.offer().summary()))
                  .collect(Collectors.joining("; ")),
              best.stream()
                  .map(offer -> new Plan.Share(offer.agent(), offer.offer().summary()))
                  .toList(),
              Plan.RANKING));
    } else if (mayCounter && docket.round < s.rules().rounds()) {
      Calls.callAgain(s, budget / demand.members());
    } else {
      Award.end(
          s,
          Trigger.NO_PLAN,
          Outcome.Reason.OVER_BUDGET,
          "%d offers within %s after %d calls; %d are needed"
              .formatted(best.size(), budget, docket.round, demand.members()));
    }
  }

  private static double price(List<Ranking.Ranked> offers) {
    return offers.stream().mapToDouble(offer -> offer.offer().price()).sum();
  }

  private static String prompt(Sitting s, boolean last) {
    Demand demand = s.docket.demand();
    String offers =
        Award.ranked(s, s.docket.standing(Stand.OFFERED).toList()).stream()
            .map(offer ->
                String.format(
                    Locale.ROOT,
                    "- agent %s, price %s, quality %.2f, trust %.2f: %s",
                    offer.agent(),
                    offer.offer().price(),
                    offer.offer().quality(),
                    offer.trust(),
                    offer.offer().summary().replace('\n', ' ')))
            .collect(Collectors.joining("\n"));
    String known =
        s.docket.inquiries.stream()
            .map(inquiry ->
                "- %s, \"%s\": %s".formatted(inquiry.agent(), inquiry.question(), inquiry.answer()))
            .collect(Collectors.joining("\n"));
    return s.office
        .prompts()
        .plan(
            Map.of(
                "demand",
                s.docket.words,
                "members",
                String.valueOf(demand.members()),
                "budget",
                demand.budget().isPresent()
                    ? String.valueOf(demand.budget().getAsDouble())
                    : "none",
                "offers",
                offers,
                "answers",
                known.isEmpty() ? "nothing yet" : known,
                "round",
                "%d of %d".formatted(s.docket.centerRound, s.rules().centerRounds()),
                "last",
                last ? "This is the last round: decide." : "You may use tools first."));
  }
}
