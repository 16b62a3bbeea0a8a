package dev.mama.bench;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.ChatException;
import dev.mama.ChatRequest;
import dev.mama.Time;
import dev.mama.negotiation.Bid;
import dev.mama.negotiation.Bidder;
import dev.mama.negotiation.Negotiation;
import dev.mama.negotiation.NegotiationEvent.Degraded;
import dev.mama.negotiation.NegotiationEvent.Dropped;
import dev.mama.negotiation.Offer;
import dev.mama.negotiation.Outcome;
import dev.mama.negotiation.Performative.CallForProposals;
import dev.mama.negotiation.Rules;
import dev.mama.negotiation.Rules.Limits;
import dev.mama.spi.ChatModel;
import dev.mama.testkit.ScriptedChatModel;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * What goes wrong in a negotiation, and whether it ends as it should. Each fault is a figure that
 * is 1 where what happened is what was expected. Faults come side by side, each to a world of its
 * own, because they mostly wait.
 */
final class NegotiationFaults {

  private static final int AGENTS = 5;
  private static final Duration SHORT = Duration.ofMillis(400);
  private static final Limits LIMITS =
      Limits.DEFAULT
          .offers(SHORT, Duration.ofMillis(50))
          .models(SHORT)
          .asking(SHORT)
          .confirmation(SHORT);

  /** Whether a negotiation has ended as it should. */
  private interface Expected {
    boolean holds(Outcome outcome, Negotiation negotiation);
  }

  private NegotiationFaults() {}

  /** Faults of models and of agents. */
  static List<Figure> table() throws InterruptedException {
    Expected degrades =
        (outcome, n) ->
            outcome instanceof Outcome.Awarded(var plan)
                && plan.by().equals("ranking")
                && n.events().anyMatch(Degraded.class::isInstance);
    Expected withoutTheFirst =
        (outcome, n) ->
            outcome instanceof Outcome.Awarded(var plan)
                && !plan.agents().contains(AgentId.of("agent-0"));
    var slow = new ScriptedChatModel(request -> "", Time.system(), SHORT.multipliedBy(10));
    return sideBySide(
        List.of(
            () -> model("model-timeout", slow, degrades),
            () -> model("empty-reply", request -> "", degrades),
            () -> model("not-json", request -> "Sure, here is the plan you asked for!", degrades),
            () -> model("wrong-schema", request -> "{\"plan\": [1, 2, 3]}", degrades),
            () ->
                model(
                    "model-down",
                    request -> {
                      throw new ChatException("down", ChatException.Reason.UNREACHABLE);
                    },
                    degrades),
            () ->
                agent(
                    "agent-silent",
                    new Plain() {
                      @Override
                      public Bid bid(CallForProposals call, AgentContext context)
                          throws InterruptedException {
                        context.time().sleep(SHORT.multipliedBy(2));
                        return super.bid(call, context);
                      }
                    },
                    withoutTheFirst),
            () ->
                agent(
                    "agent-data-source-down",
                    new Plain() {
                      @Override
                      public Bid bid(CallForProposals call, AgentContext context) {
                        throw new IllegalStateException("its database is away");
                      }
                    },
                    (outcome, n) ->
                        withoutTheFirst.holds(outcome, n)
                            && n.events().anyMatch(Dropped.class::isInstance)),
            () ->
                agent(
                    "agent-fails-after-acceptance",
                    new Plain() {
                      @Override
                      public String perform(String share, AgentContext context) {
                        throw new IllegalStateException("broken");
                      }
                    },
                    withoutTheFirst),
            NegotiationFaults::confirmationTimeout));
  }

  /** Faults of servers and of whole processes. */
  static List<Figure> processes() throws InterruptedException {
    try {
      Path folder = Files.createTempDirectory("mama-bench-negotiation");
      try {
        return sideBySide(
            List.of(
                () -> NegotiationRestarts.broker(folder),
                () -> NegotiationRestarts.database(folder),
                NegotiationSmallHeap::run));
      } finally {
        NegotiationDurable.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Figure> sideBySide(List<Callable<List<Figure>>> drills)
      throws InterruptedException {
    var figures = new ArrayList<Figure>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<List<Figure>> drill : threads.invokeAll(drills)) {
        figures.addAll(drill.get());
      }
      return figures;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a drill did not come to its end", e.getCause());
    }
  }

  /** An agent that offers best where it is the first, and otherwise well. */
  private static class Plain implements Bidder {
    @Override
    public Bid bid(CallForProposals call, AgentContext context) throws InterruptedException {
      double quality = context.self().value().equals("agent-0") ? 1 : 0.5;
      return Bid.of(new Offer("carries it", "carries whatever", 1, quality));
    }
  }

  private static List<Figure> model(
      String name, Function<ChatRequest, String> says, Expected expected)
      throws InterruptedException {
    return model(name, new ScriptedChatModel(says), expected);
  }

  private static List<Figure> model(String name, ChatModel model, Expected expected)
      throws InterruptedException {
    try (model;
        var world =
            NegotiationWorld.open(
                AGENTS,
                Rules.synthesis().limits(LIMITS),
                options -> options.chatModel(model),
                id -> new Plain())) {
      return figure(name, world, expected);
    }
  }

  private static List<Figure> agent(String name, Bidder first, Expected expected)
      throws InterruptedException {
    try (var world =
        NegotiationWorld.open(
            AGENTS,
            Rules.contractNet().limits(LIMITS.performance(SHORT)),
            options -> options,
            id -> id.value().equals("agent-0") ? first : new Plain())) {
      return figure(name, world, expected);
    }
  }

  private static List<Figure> confirmationTimeout() throws InterruptedException {
    var silent =
        new Plain() {
          @Override
          public boolean takes(String plan, String share, AgentContext context)
              throws InterruptedException {
            context.time().sleep(SHORT.multipliedBy(2));
            return true;
          }
        };
    try (var model =
            new ScriptedChatModel(request -> {
              var call =
                  new Call(
                      "scripted",
                      request.messages(),
                      OptionalDouble.empty(),
                      OptionalInt.empty(),
                      Map.of());
              return NegotiationWorld.script(call, Duration.ZERO)
                      instanceof Answer.Text(var text, var latency)
                  ? text
                  : "";
            });
        var world =
            NegotiationWorld.open(
                AGENTS,
                Rules.synthesis().limits(LIMITS),
                options -> options.chatModel(model),
                id -> silent)) {
      return figure(
          "confirmation-timeout",
          world,
          (outcome, n) ->
              outcome instanceof Outcome.NoAgreement(var reason, var detail)
                  && reason == Outcome.Reason.NOT_CONFIRMED);
    }
  }

  private static List<Figure> figure(String name, NegotiationWorld world, Expected expected)
      throws InterruptedException {
    Negotiation negotiation = world.open(0, 0, AGENTS);
    Outcome outcome = negotiation.await();
    boolean holds = expected.holds(outcome, negotiation);
    return List.of(Figure.of("negotiation.fault." + name, holds ? 1 : 0, "count", 1).exactly(1));
  }
}
