package dev.mama.bench.soak;

import dev.mama.bench.RealServers;
import dev.mama.examples.Cards;
import dev.mama.examples.Expertise;
import dev.mama.examples.Needs;
import dev.mama.examples.ScriptedExpert;
import dev.mama.llm.LlmClient;
import dev.mama.matching.OnnxSentenceEncoder;
import dev.mama.memory.JournalMemoryLog;
import dev.mama.minilm.MiniLm;
import dev.mama.mqtt.MqttTransport;
import dev.mama.pg.PgEventLog;
import dev.mama.runtime.InMemoryTransport;
import dev.mama.spi.ChatModel;
import dev.mama.spi.EventLog;
import dev.mama.spi.SentenceEncoder;
import dev.mama.spi.Transport;
import dev.mama.testkit.HashingEncoder;
import dev.mama.testkit.ScriptedChatModel;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The clients that a soak's agents share.
 *
 * <p>Closes what it opened.
 *
 * @param transport between agents, all of whose messages take it
 * @param model that all agents ask
 * @param encoder of needs and memories
 * @param log where everything is recorded, or null for none
 * @param memories where memories are kept
 * @param closing what closes all of them
 */
record SoakParts(
    Transport transport,
    ChatModel model,
    SentenceEncoder encoder,
    @Nullable EventLog log,
    JournalMemoryLog memories,
    Runnable closing)
    implements AutoCloseable {

  private static final int CONNECTIONS = 16;
  private static final Duration LATENCY = Duration.ofMillis(10);

  /** The whole path: broker, database, model's server and encoder are real ones. */
  static SoakParts real(long seed) throws InterruptedException {
    var servers = RealServers.open(script(seed));
    boolean complete = false;
    try {
      var model =
          servers.keep(LlmClient.builder(servers.model().withPoolSize(CONNECTIONS)).build());
      var log = servers.keep(PgEventLog.open(servers.database().withSpool(servers.spool("spool"))));
      var transport = servers.keep(MqttTransport.connect(servers.broker()));
      var encoder =
          servers.keep(
              OnnxSentenceEncoder.open(
                  MiniLm.NAME, MiniLm.graph(), MiniLm.tokenizer(), MiniLm.MAX_TOKENS));
      var memories = servers.keep(JournalMemoryLog.open(servers.folder("memories")));
      complete = true;
      return new SoakParts(transport, model, encoder, log, memories, servers::close);
    } finally {
      if (!complete) {
        servers.close();
      }
    }
  }

  /** The same agents without servers, for a look at whether the soak itself works. */
  static SoakParts inMemory(long seed, Path folder) {
    Function<Call, Answer> script = script(seed);
    var transport = InMemoryTransport.open();
    var model =
        new ScriptedChatModel(request -> {
          var call =
              new Call(
                  "scripted",
                  request.messages(),
                  OptionalDouble.empty(),
                  OptionalInt.empty(),
                  Map.of());
          return ((Answer.Text) script.apply(call)).text();
        });
    var encoder = new HashingEncoder();
    var memories = JournalMemoryLog.open(folder);
    return new SoakParts(
        transport,
        model,
        encoder,
        null,
        memories,
        () -> {
          memories.close();
          encoder.close();
          model.close();
          transport.close();
        });
  }

  /** Agents with a card get an expert's answer, everybody else the echo of what they said. */
  private static Function<Call, Answer> script(long seed) {
    var cards = Cards.builtIn();
    var expert = new ScriptedExpert(cards, Needs.builtIn(), Expertise.draw(cards, seed), seed);
    return call ->
        call.messages().getFirst().content().startsWith("You are agent ")
            ? expert.apply(call)
            : new Answer.Text("You said: " + call.text(), LATENCY);
  }

  @Override
  public void close() {
    closing.run();
  }
}
