package dev.mama.negotiation;

import dev.mama.Agent;
import dev.mama.AgentCard;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.ChatRequest;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.negotiation.Performative.CallForProposals;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.runtime.AgentGroupBuilder;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.testkit.HashingEncoder;
import dev.mama.testkit.ManualTime;
import dev.mama.testkit.ScriptedChatModel;
import dev.mama.testkit.SteppedMachine;
import dev.mama.testkit.TestGroup;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A group on a clock that the test moves, a negotiator in it, and agents that do as the test says.
 */
final class Table implements AutoCloseable {

  static final AgentId ME = AgentId.of("me");
  static final AgentId DESK = AgentId.of("negotiator.desk-0");
  static final String CARD = "Repairs dripping taps and leaking pipes.";

  final SteppedMachine machine = SteppedMachine.seeded(42);
  final ManualTime time = machine.time();
  final InMemoryTrustLedger ledger = InMemoryTrustLedger.create(Duration.ofDays(7), time);
  final Assistance assistance;
  final TestGroup group;
  final ScriptedChatModel model;
  final List<ChatRequest> asked = new ArrayList<>();
  private final Sender test;
  private Negotiator negotiator;

  Table(Rules rules) {
    this(
        rules,
        request -> {
          throw new IllegalStateException("no model should be asked");
        });
  }

  Table(Rules rules, Function<ChatRequest, String> script) {
    this(rules, script, (machine, options) -> options);
  }

  Table(
      Rules rules,
      Function<ChatRequest, String> script,
      BiFunction<SteppedMachine, AgentGroupBuilder, AgentGroupBuilder> more) {
    var encoder = new HashingEncoder();
    assistance =
        Assistance.of(
            encoder,
            new ExactAgentIndex(encoder.dimension()),
            InMemoryRegistry.create(Duration.ofDays(365), time),
            ledger,
            WeightedScorePolicy.create(),
            time);
    model =
        new ScriptedChatModel(
            request -> {
              asked.add(request);
              return script.apply(request);
            },
            time);
    group =
        TestGroup.on(
            machine,
            options -> more.apply(machine, options.assistance(assistance).chatModel(model)));
    test = group.client("test");
    negotiator = call(() -> Negotiator.builder(group.group(), assistance).rules(rules).open());
  }

  Negotiator negotiator() {
    return negotiator;
  }

  <T> T call(Callable<T> callable) {
    try {
      return machine.call(callable);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Enrols and starts a participant for {@code bidder}, with the card of all. */
  AgentId seat(String name, Bidder bidder) {
    return seat(name, CARD, bidder);
  }

  AgentId seat(String name, String card, Bidder bidder) {
    return start(name, card, new Participant(bidder));
  }

  AgentId seat(String name, Participant participant) {
    return start(name, CARD, participant);
  }

  /** An agent that keeps what it hears, and says only what it is cued to say. */
  Puppet puppet(String name) {
    var puppet = new Puppet(AgentId.of(name));
    start(name, CARD, puppet);
    return puppet;
  }

  private AgentId start(String name, String card, Agent agent) {
    var id = AgentId.of(name);
    call(() -> {
      assistance.enrol(List.of(new AgentCard(id, "plumbing", card)));
      return id;
    });
    return group.start(name, agent);
  }

  /** Opens a negotiation, with those who are named invited. */
  Negotiation open(Demand demand) {
    return call(() -> negotiator.open(demand));
  }

  /** Opens one and lets it come to its end. */
  Outcome outcome(Demand demand) {
    Negotiation negotiation = open(demand);
    finish();
    return negotiation.outcome().orElseThrow();
  }

  /** Runs until all that waits for time has come. */
  void finish() {
    group.settle();
    group.advance(Duration.ofMinutes(20));
    group.settle();
  }

  /** Runs what is there to be run without moving the clock far. */
  void run() {
    group.advance(Duration.ofMillis(1));
  }

  static Demand demand(AgentId... invited) {
    return Demand.of(ME, "who repairs a dripping tap?").invited(List.of(invited));
  }

  static Offer offer(double price, double quality) {
    return new Offer("I repair it", "dripping taps", price, quality);
  }

  static Bidder bids(double price, double quality) {
    return (call, context) -> Bid.of(offer(price, quality));
  }

  /** What a {@link Puppet} does when it is cued. */
  interface Act {
    void act(AgentContext context) throws Exception;
  }

  /** See {@link #puppet}. */
  final class Puppet implements Agent {
    final AgentId id;
    final List<Message> heard = new ArrayList<>();
    private final Deque<Act> acts = new ArrayDeque<>();

    Puppet(AgentId id) {
      this.id = id;
    }

    @Override
    public void onMessage(Message message, AgentContext context) throws Exception {
      if (message.payload().type().equals("Text")) {
        acts.remove().act(context);
      } else {
        heard.add(message);
      }
    }

    /** Has it send {@code words} to the first desk. */
    void says(Record words) {
      says(DESK, words);
    }

    void says(AgentId to, Record words) {
      says(to, Payload.of(words));
    }

    void says(AgentId to, Payload words) {
      does(context -> context.send(to, words));
    }

    void does(Act act) {
      acts.add(act);
      try {
        test.send(id, Payload.text("cue"));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      run();
    }

    /** The latest call it heard. */
    CallForProposals call() {
      return heard.reversed().stream()
          .filter(message -> message.payload().type().equals("CallForProposals"))
          .findFirst()
          .orElseThrow()
          .payload()
          .as(CallForProposals.class);
    }

    /** The types of what it heard, in order. */
    List<String> types() {
      return heard.stream().map(message -> message.payload().type()).toList();
    }

    <R extends Record> R last(Class<R> type) {
      return heard.getLast().payload().as(type);
    }
  }

  /** All events of {@code negotiation} so far, of {@code type}. */
  <E extends NegotiationEvent> List<E> events(Negotiation negotiation, Class<E> type) {
    return negotiation.events().filter(type::isInstance).map(type::cast).toList();
  }

  @Override
  public void close() {
    negotiator.close();
    group.close();
    model.close();
  }
}
