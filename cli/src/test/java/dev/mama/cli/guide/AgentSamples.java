package dev.mama.cli.guide;

import dev.mama.Agent;
import dev.mama.AgentCard;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.DurableAgent;
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.Handlers;
import dev.mama.Message;
import dev.mama.Need;
import dev.mama.Payload;
import dev.mama.Rating;
import dev.mama.Referral;
import dev.mama.Sender;
import dev.mama.Standing;
import dev.mama.StepAgent;
import dev.mama.Supervision;
import dev.mama.Supervision.Reaction;
import dev.mama.Time;
import dev.mama.matching.CachingEncoder;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.matching.OnnxSentenceEncoder;
import dev.mama.memory.SemanticMemory;
import dev.mama.minilm.MiniLm;
import dev.mama.registry.Explanation;
import dev.mama.registry.Head;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.registry.JournalTrustLedger;
import dev.mama.registry.Ranked;
import dev.mama.registry.SampledAuditor;
import dev.mama.registry.Verification;
import dev.mama.replay.Rerun;
import dev.mama.replay.Run;
import dev.mama.replay.RunDifference;
import dev.mama.replay.RunJournal;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.Durability;
import dev.mama.runtime.Resumed;
import dev.mama.runtime.Steps;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.spi.AgentIndex;
import dev.mama.spi.Auditor;
import dev.mama.spi.ChatModel;
import dev.mama.spi.Policy;
import dev.mama.spi.Registry;
import dev.mama.spi.SentenceEncoder;
import dev.mama.spi.TrustLedger;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;

/**
 * Samples of the README and of the guide's chapters 1, 2, 9, 10, 11, 12 and 15, to the letter. What
 * no module's own test runs is at least compiled here: {@link GuideTest} sees to that.
 */
@SuppressWarnings("UnusedVariable") // a sample shows a value, and goes on without it
final class AgentSamples {

  private AgentSamples() {}

  static void readme() throws Exception {
    record Question(String text) {}

    try (var group = AgentGroup.builder(ExperimentId.of("first")).build()) {
      group.define(
          AgentType.of(
              "echo",
              () ->
                  (message, context) ->
                      context.reply(
                          Payload.text(
                              "You said: " + message.payload().as(Question.class).text()))));
      group.start(AgentId.of("echo-1"), "echo");

      var client = group.client("me");
      var reply =
          client.ask(
              AgentId.of("echo-1"), Payload.of(new Question("hello")), Duration.ofSeconds(10));
      System.out.println(reply.as(Payload.Text.class).text());
    }
  }

  static void clerk() throws Exception {
    record Question(String text) {}
    record Answer(String text) {}

    final class Clerk implements Agent {
      private int answered; // no lock: an agent has one turn at a time

      @Override
      public void onMessage(Message message, AgentContext context) throws Exception {
        Question question = message.payload().as(Question.class);
        answered++;
        context.reply(Payload.of(new Answer(question.text() + " (no. " + answered + ")")));
      }
    }
    try (var group =
        AgentGroup.builder(ExperimentId.of("exp-42")).name("g1").mailboxCapacity(256).build()) {
      group.define(AgentType.of("clerk", Clerk::new));
      group.start(AgentId.of("clerk-1"), "clerk");
      Sender client = group.client("front-desk");
      Payload answer =
          client.ask(
              AgentId.of("clerk-1"),
              Payload.of(new Question("open today?")),
              Duration.ofSeconds(5));
    }
  }

  /** By type. */
  static final class OfOrders {
    sealed interface Order {
      record Buy(String what) implements Order {}

      record Cancel(int number) implements Order {}
    }

    Agent clerk =
        Handlers.of(Order.class)
            .on(Order.Buy.class, (buy, message, context) -> context.reply(confirm(buy)))
            .on(Order.Cancel.class, (cancel, message, context) -> forget(cancel.number()))
            .build();

    private static Payload confirm(Order.Buy buy) {
      return Payload.text(buy.what());
    }

    private static void forget(int number) {
      System.out.println(number);
    }
  }

  static void supervised(AgentGroup group) {
    final class Clerk implements Agent {
      @Override
      public void onMessage(Message message, AgentContext context) {}
    }
    group.define(
        AgentType.of("clerk", Clerk::new)
            .supervised(
                Supervision.of(Reaction.RESTART)
                    .withTries(3)
                    .withBackOff(Duration.ofMillis(200))
                    .withTurnLimit(Duration.ofSeconds(30))
                    .cancellingOverdue()));
  }

  static void help(ExperimentId experiment) throws Exception {
    try (var encoder =
        OnnxSentenceEncoder.open(
            MiniLm.NAME, MiniLm.graph(), MiniLm.tokenizer(), MiniLm.MAX_TOKENS)) {
      var assistance =
          Assistance.of(
              encoder,
              new ExactAgentIndex(encoder.dimension()),
              InMemoryRegistry.create(),
              InMemoryTrustLedger.create(),
              WeightedScorePolicy.create(),
              Time.system());
      assistance.enrol(
          List.of(
              new AgentCard(
                  AgentId.of("tap-1"), "plumbing", "Repairs dripping taps and leaking pipes.")));
      var group = AgentGroup.builder(experiment).assistance(assistance).build();
      group.close();
    }
  }

  static void inATurn(AgentContext context, Payload question, double quality, Duration took)
      throws Exception {
    Referral referral = context.findHelp(new Need("the kitchen floor is wet every morning"));
    AgentId helper = referral.chosen().orElseThrow();
    Payload answer = context.ask(helper, question, Duration.ofSeconds(30));
    context.rate(referral, new Rating(quality, true, took));
  }

  static void cached(
      SentenceEncoder encoder,
      AgentIndex index,
      Registry registry,
      TrustLedger ledger,
      Policy policy)
      throws Exception {
    try (var cache = CachingEncoder.of(encoder, 64 << 20, Path.of("vectors"), 1L << 30)) {
      var assistance = Assistance.of(cache, index, registry, ledger, policy, Time.system());
      assistance.policy();
    }
  }

  static void audited(
      SentenceEncoder encoder,
      AgentIndex index,
      Registry registry,
      TrustLedger ledger,
      Policy policy,
      ToDoubleFunction<Auditor.Interaction> judged,
      long seed,
      Time time) {
    class Judging {
      double quality(Auditor.Interaction interaction) {
        return judged.applyAsDouble(interaction);
      }

      void audit() {
        Auditor judge =
            interaction ->
                Optional.of(new Rating(quality(interaction), true, interaction.rating().took()));
        var assistance =
            Assistance.of(
                encoder, index, registry, ledger, policy, SampledAuditor.of(judge, seed), time);
      }
    }
    new Judging().audit();
  }

  static void durable() throws Exception {
    record Stock(Map<String, Integer> items) {}
    record Bought(String item) {}

    final class Shop implements DurableAgent<Stock> {
      private final Map<String, Integer> items = new TreeMap<>();

      @Override
      public Stock state() {
        return new Stock(items);
      }

      @Override
      public void restore(Stock stock) {
        items.putAll(stock.items());
      }

      @Override
      public void onMessage(Message message, AgentContext context) throws Exception {
        String item = message.payload().as(Bought.class).item();
        items.merge(item, 1, Integer::sum);
        context.send(AgentId.of("till"), Payload.of(new Bought(item)));
      }
    }
    try (var group =
        AgentGroup.builder(ExperimentId.of("exp-42"))
            .durable(Durability.in(Path.of("exp-42.agents")))
            .build()) {
      group.define(AgentType.durable("shop", Stock.class, Shop::new));
      Resumed resumed = group.resume();
      if (resumed.agents() == 0) { // a new folder
        group.startAll(List.of(AgentId.of("shop-1"), AgentId.of("till")), "shop");
      }
    }
  }

  static void steps(List<AgentId> ids, Function<AgentId, List<AgentId>> hears) throws Exception {
    class Market {
      List<AgentId> neighbours(AgentId id) {
        return hears.apply(id);
      }

      void open() throws Exception {
        record Price(double value) {}

        final class Trader implements StepAgent {
          private final List<AgentId> neighbours;
          private double price;

          Trader(List<AgentId> neighbours) {
            this.neighbours = neighbours;
          }

          @Override
          public void onStep(long step, List<Message> input, AgentContext context)
              throws Exception {
            if (step == 1) {
              price = context.random().nextDouble(10, 20);
            }
            for (Message message : input) {
              price += (message.payload().as(Price.class).value() - price) / 4;
            }
            for (AgentId neighbour : neighbours) {
              context.send(neighbour, Payload.of(new Price(price)));
            }
          }
        }

        try (var group = AgentGroup.builder(ExperimentId.of("prices")).seed(7).build()) {
          var steps = Steps.in(group);
          steps.define(AgentType.perId("trader", id -> new Trader(neighbours(id))));
          for (AgentId id : ids) {
            steps.start(id, "trader", Set.copyOf(neighbours(id))); // whom it hears
          }
          steps.run(100);
        }
      }
    }
    new Market().open();
  }

  static void kept(AgentGroup group, Path folder, ExperimentId experiment) throws Exception {
    final class Scout implements Agent {
      @Override
      public void onMessage(Message message, AgentContext context) {}
    }
    try (var journal = RunJournal.create(folder, experiment, 7)) {
      group.define(journal.recorded(AgentType.of("scout", Scout::new)));
      // in steps: Steps.in(group, 16, journal.listener())
    }
    try (Run run = Run.open(folder)) {
      Rerun again = run.again(List.of(AgentType.of("scout", Scout::new)));
      Optional<RunDifference> parted = again.go(1_000); // or after fewer turns: time travel
      Agent scout =
          again.agent(AgentId.of("scout-1")).orElseThrow(); // as it was then, in the debugger
    }
  }

  static void warm(ChatModel model, MeterRegistry meters, SemanticMemory memory, AgentId agent)
      throws Exception {
    try (var group =
        AgentGroup.builder(ExperimentId.of("exp-42"))
            .chatModel(model)
            .meters(meters)
            .warming(
                "memory",
                () -> memory.recall(agent, "hello", 1)) // anything else that is slow the first time
            .build()) {
      Map<String, Duration> took =
          group.warmUp(); // llm, encoder where there is assistance, agent, memory
    }
  }

  static void ledger(Path folder, Evidence evidence, AgentId ada, Logger log) throws Exception {
    try (var ledger = JournalTrustLedger.open(folder, Time.system())) {
      ledger.record(evidence); // waits until it is forced to the disk
      Standing standing = ledger.standing(ada); // trust, lower bound, how much evidence
      List<Ranked> best = ledger.top(10);
      for (Explanation.Counted each : ledger.explain(ada).evidence()) {
        log.info("{} counts {}", each.evidence(), each.weight());
      }
      Head head = ledger.head(); // keep it elsewhere: it proves later that nothing was altered
      Verification found = ledger.verify(head); // Whole, Unproven (an old head) or Broken
    }
  }
}
