package dev.mama.bench.soak;

import dev.mama.Agent;
import dev.mama.AgentCard;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ChatMessage;
import dev.mama.ChatRequest;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.Time;
import dev.mama.examples.Cards;
import dev.mama.examples.Helper;
import dev.mama.examples.Needs;
import dev.mama.examples.Needs.LabelledNeed;
import dev.mama.examples.Requester;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.memory.MemoryOptions;
import dev.mama.memory.SemanticMemory;
import dev.mama.memory.SessionOptions;
import dev.mama.memory.Sessions;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.AgentGroupBuilder;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.Routing;
import dev.mama.runtime.WeightedScorePolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The agents of a soak, and a client that asks them in turn: for a model's answer, for something to
 * be remembered and recalled, and for help by another agent.
 *
 * <p>Thread-safe.
 */
final class SoakAgents implements AutoCloseable {

  /** What is asked for. */
  enum Kind {
    MODEL,
    MEMORY,
    AGENTS
  }

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int OF_A_KIND = 16;
  private static final int SESSIONS = 64;
  private static final int SESSIONS_EACH = 2 * SESSIONS / OF_A_KIND; // so some are pushed out
  private static final int MEMORIES = 500;

  private record Said(String text) {}

  private record Kept(String nearest, int remembered) {}

  private final AgentGroup group;
  private final Sender client;
  private final List<LabelledNeed> needs = Needs.builtIn();

  private SoakAgents(AgentGroup group) throws InterruptedException {
    this.group = group;
    this.client = group.client("application");
  }

  static SoakAgents start(SoakParts parts, ExperimentId experiment, long seed)
      throws InterruptedException {
    var cards = Cards.builtIn();
    var assistance =
        Assistance.of(
            parts.encoder(),
            new ExactAgentIndex(parts.encoder().dimension()),
            InMemoryRegistry.create(),
            InMemoryTrustLedger.create(),
            WeightedScorePolicy.create(),
            Time.system());
    assistance.enrol(cards);
    var memory =
        SemanticMemory.of(
            parts.encoder(),
            MemoryOptions.defaults().maxItems(MEMORIES, MEMORIES / OF_A_KIND),
            Time.system(),
            parts.memories());
    var sessions = Sessions.of(SessionOptions.defaults().maxSessions(SESSIONS), Time.system());
    AgentGroup group =
        builder(parts, experiment)
            .name("soak")
            .chatModel(parts.model())
            .assistance(assistance)
            .seed(seed)
            .build();
    boolean complete = false;
    try {
      Map<AgentId, AgentCard> byId =
          cards.stream().collect(Collectors.toMap(AgentCard::agent, Function.identity()));
      group.define(
          AgentType.perId("helper", id -> new Helper(byId.getOrDefault(id, cards.getFirst()))));
      group.define(AgentType.of("requester", Requester::new));
      group.define(AgentType.of("assistant", () -> SoakAgents::answer));
      group.define(AgentType.of("keeper", () -> new Keeper(memory, sessions)));
      group.startAll(cards.stream().map(AgentCard::agent).toList(), "helper");
      for (String type : List.of("requester", "assistant", "keeper")) {
        group.startAll(
            IntStream.range(0, OF_A_KIND).mapToObj(i -> AgentId.of(type + "-" + i)).toList(), type);
      }
      var agents = new SoakAgents(group);
      complete = true;
      return agents;
    } finally {
      if (!complete) {
        group.close();
      }
    }
  }

  /** A group of {@code experiment} whose messages all take the transport. */
  static AgentGroupBuilder builder(SoakParts parts, ExperimentId experiment) {
    var builder =
        AgentGroup.builder(experiment).transport(parts.transport()).routing(Routing.BROKER);
    return parts.log() == null ? builder : builder.eventLog(parts.log());
  }

  /**
   * Asks request {@code number} of its kind and waits; returns whether the answer is the right one.
   *
   * @throws dev.mama.MamaException if there is none
   */
  boolean ask(Kind kind, int number) throws InterruptedException {
    int turn = number % OF_A_KIND;
    return switch (kind) {
      case MODEL -> {
        String text = "What about number %d?".formatted(number);
        Said said =
            client
                .ask(AgentId.of("assistant-" + turn), Payload.of(new Said(text)), PATIENCE)
                .as(Said.class);
        yield said.text().equals("You said: " + text);
      }
      case MEMORY -> {
        String text = "Number %d is about %s".formatted(number, need(number).need().text());
        Kept kept =
            client
                .ask(AgentId.of("keeper-" + turn), Payload.of(new Said(text)), PATIENCE)
                .as(Kept.class);
        yield kept.nearest().equals(text) && kept.remembered() > 0;
      }
      case AGENTS -> {
        var need = need(number);
        var wanted = new Requester.Wanted(need.need().text(), need.specialty().orElse(""));
        yield client
            .ask(AgentId.of("requester-" + turn), Payload.of(wanted), PATIENCE)
            .as(Requester.Served.class)
            .answered();
      }
    };
  }

  private LabelledNeed need(int number) {
    return needs.get(number % needs.size());
  }

  private static void answer(Message message, AgentContext context) throws InterruptedException {
    var said = message.payload().as(Said.class);
    context.reply(Payload.of(new Said(context.chat(ChatRequest.of(said.text())).text())));
  }

  /** Keeps what it is told in a session and in its memory, and looks it up. */
  private record Keeper(SemanticMemory memory, Sessions sessions) implements Agent {
    @Override
    public void onMessage(Message message, AgentContext context) throws InterruptedException {
      var said = message.payload().as(Said.class);
      sessions
          .open(
              "%s-%d".formatted(context.self(), context.random().nextInt(SESSIONS_EACH)),
              context.self())
          .add(new ChatMessage(ChatMessage.Role.USER, said.text()));
      memory.add(context.self(), said.text());
      var found = memory.recall(context.self(), said.text(), 3);
      var kept =
          new Kept(
              found.isEmpty() ? "" : found.getFirst().item().text(), memory.size(context.self()));
      context.record("kept", kept);
      context.reply(Payload.of(kept));
    }
  }

  @Override
  public void close() {
    group.close();
  }
}
