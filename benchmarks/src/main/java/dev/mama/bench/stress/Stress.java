package dev.mama.bench.stress;

import dev.mama.AgentCard;
import dev.mama.bench.Bench.Progress;
import dev.mama.examples.Cards;
import dev.mama.llm.LlmEndpoint;
import dev.mama.llm.OpenAiChatModel;
import dev.mama.matching.CachingEncoder;
import dev.mama.matching.OnnxSentenceEncoder;
import dev.mama.minilm.MiniLm;
import dev.mama.spi.ChatModel;
import dev.mama.testkit.HashingEncoder;
import dev.mama.testkit.ScriptedChatModel;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/** The matrix, cell by cell, then the drills, then what follows for capacity. */
public final class Stress {

  private static final int DRILLS_AND_CAPACITY = 3;
  private static final int LEAST_POOL = 16;
  private static final int MOST_WAITING = 100_000;
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final long CACHE_BYTES = 16L << 20;
  private static final int IDLE_AGENTS = 200_000;
  private static final int WAITING = 5_000;
  private static final Duration MESSAGES = Duration.ofSeconds(2);
  private static final int SMOKE_IDLE_AGENTS = 100_000; // fewer are less than the heap's noise
  private static final int SMOKE_WAITING = 500;
  private static final Duration SMOKE_MESSAGES = Duration.ofMillis(20);

  private Stress() {}

  /**
   * Measures all cells in {@code options}, or those until {@code stop}, and then tries the faults,
   * unless stopped.
   *
   * @throws dev.mama.examples.InputException if broker or database cannot be started here
   * @throws InterruptedException if interrupted; what was opened is closed
   */
  public static StressReport run(StressOptions options, Progress progress, BooleanSupplier stop)
      throws InterruptedException {
    List<Cell> cells = cells(options, progress, stop);
    int all = options.cells() + DRILLS_AND_CAPACITY;
    var drills = new ArrayList<Drill>();
    if (!stop.getAsBoolean()) {
      progress.at(all - 3, all, "agents that fail");
      drills.addAll(AgentDrills.all());
    }
    if (!stop.getAsBoolean()) {
      progress.at(all - 2, all, "servers that fail");
      try (var faults = new ServerDrills()) {
        drills.addAll(faults.all());
      }
    }
    Capacity capacity = null;
    if (!stop.getAsBoolean()) {
      progress.at(all - 1, all, "capacity");
      capacity = Capacity.measure(cells, IDLE_AGENTS, WAITING, MESSAGES, options.seed());
    }
    progress.at(all, all, "done");
    return new StressReport(cells, drills, capacity, stop.getAsBoolean());
  }

  /**
   * The same without servers, with a fake model and a fake encoder, and with the faults of agents
   * alone: to see that it works, not what it finds.
   */
  public static StressReport inMemory(
      StressOptions options, Progress progress, BooleanSupplier stop) throws InterruptedException {
    try (var model = echo();
        var encoder = new HashingEncoder()) {
      List<Cell> cells =
          new StressCells(model, encoder, latency -> {}, options).all(progress, stop);
      boolean stopped = stop.getAsBoolean();
      return new StressReport(
          cells,
          stopped ? List.of() : AgentDrills.all(),
          stopped
              ? null
              : Capacity.measure(
                  cells, SMOKE_IDLE_AGENTS, SMOKE_WAITING, SMOKE_MESSAGES, options.seed()),
          stopped);
    }
  }

  /** A model in this process that does not take any time. */
  static ChatModel echo() {
    return new ScriptedChatModel(request -> "You said: " + request.messages().getLast().content());
  }

  private static List<Cell> cells(StressOptions options, Progress progress, BooleanSupplier stop)
      throws InterruptedException {
    var latency = new AtomicReference<>(Duration.ZERO);
    int pool = options.concurrent().stream().mapToInt(n -> n).max().orElse(LEAST_POOL);
    try (var server =
            ScriptedChatServer.start(
                call -> new Answer.Text("You said: " + call.text(), latency.get()));
        var model =
            OpenAiChatModel.connect(
                LlmEndpoint.of(server.uri().toString(), ScriptedChatServer.MODEL)
                    .withPoolSize(Math.max(LEAST_POOL, pool))
                    .withMaxWaiting(MOST_WAITING)
                    .withRequestTimeout(TIMEOUT));
        var encoder =
            CachingEncoder.of(
                OnnxSentenceEncoder.open(
                    MiniLm.NAME, MiniLm.graph(), MiniLm.tokenizer(), MiniLm.MAX_TOKENS),
                CACHE_BYTES)) {
      encoder.encode(Cards.builtIn().stream().map(AgentCard::description).toList());
      return new StressCells(model, encoder, latency::set, options).all(progress, stop);
    }
  }
}
