package dev.mama.bench;

import dev.mama.bench.LlmCells.Side;
import dev.mama.bench.LlmServerProcess.Stats;
import dev.mama.llm.LlmClient;
import dev.mama.llm.LlmEndpoint;
import dev.mama.llm.LlmTerms;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What does the pipeline add to a call, how many calls are refused at a provider's limit, and how
 * soon is a server used again that comes back? Each beside the bare client and LangChain4j's.
 */
final class LlmDrills {

  private static final int CALLERS = 16;

  private final LlmServerProcess server;
  private final Duration latency;

  /**
   * @param latency of the server
   */
  LlmDrills(LlmServerProcess server, Duration latency) {
    this.server = server;
    this.latency = latency;
  }

  /**
   * The median of ours less that of the bare client, in rounds that alternate.
   *
   * @param warmUps rounds before those that count
   */
  List<Figure> overhead(int warmUps, int rounds, Duration round) throws InterruptedException {
    Map<Side, List<Samples>> samples = new EnumMap<>(Side.class);
    for (int i = -warmUps; i < rounds; i++) {
      for (Side side : Side.values()) {
        server.restart(latency);
        var meters = new SimpleMeterRegistry();
        try (var caller = LlmCells.caller(side, server, CALLERS, meters);
            var crowd = new LlmCrowd(caller, CALLERS)) {
          if (side == Side.OURS) {
            var limit = meters.get("mama.llm.admission.limit").gauge();
            LlmCells.await(() -> limit.value() >= CALLERS, latency.multipliedBy(40));
          }
          Thread.sleep(latency.multipliedBy(4));
          crowd.measure();
          Thread.sleep(round);
          Samples taken = crowd.end();
          if (i >= 0) {
            samples.computeIfAbsent(side, s -> new ArrayList<>()).add(taken);
          }
        }
      }
    }
    Samples bare = Samples.all(samples.getOrDefault(Side.BARE, List.of()));
    var figures = new ArrayList<Figure>();
    for (Side side : Side.values()) {
      Samples own = Samples.all(samples.getOrDefault(side, List.of()));
      figures.addAll(own.percentiles("llm.latency." + word(side)));
      if (side != Side.BARE) {
        String name = side == Side.OURS ? "llm.overhead.micros" : "llm.overhead.langchain4j.micros";
        Figure added =
            Figure.of(name, (own.quantile(0.5) - bare.quantile(0.5)) / 1e3, "us", own.size());
        figures.add(side == Side.OURS ? added.atMost(1_000) : added);
      }
    }
    return figures;
  }

  /** Sixty-four callers at a limit of 50 calls a second, told to the client and not. */
  List<Figure> pacing(Duration measured) throws InterruptedException {
    int callers = 64;
    int perSecond = 50;
    var figures = new ArrayList<Figure>();
    for (String way : List.of("paced", "unpaced", "langchain4j")) {
      server.restart(latency);
      server.limit(perSecond, Duration.ofSeconds(1));
      LlmTerms terms =
          way.equals("paced") ? LlmTerms.FREE.withRequestsPerMinute(60 * perSecond) : LlmTerms.FREE;
      var endpoint = LlmEndpoint.of(server.uri().toString(), "m").withPoolSize(callers);
      try (var caller =
              way.equals("langchain4j")
                  ? LlmCells.caller(Side.LANGCHAIN4J, server, callers, new SimpleMeterRegistry())
                  : LlmCaller.of(LlmClient.builder(endpoint, terms).build());
          var crowd = new LlmCrowd(caller, callers)) {
        Thread.sleep(measured.dividedBy(4));
        Stats before = server.stats();
        long failed = crowd.failed();
        Thread.sleep(measured);
        Stats after = server.stats();
        long asked = after.requests() - before.requests();
        String name = "llm.pacing.%s.".formatted(way);
        figures.add(Figure.of(name + "refused", after.refusedShare(before), "share", asked));
        figures.add(Figure.of(name + "rate", after.answeredRate(before), "1/s", asked));
        figures.add(Figure.of(name + "failed", (double) (crowd.failed() - failed), "count", asked));
      }
    }
    return figures;
  }

  /** How long after its return a server answers again that was away for {@code away}. */
  List<Figure> recovery(Duration away, List<Side> sides) throws InterruptedException {
    var figures = new ArrayList<Figure>();
    for (Side side : sides) {
      server.restart(latency);
      var meters = new SimpleMeterRegistry();
      try (var caller = LlmCells.caller(side, server, CALLERS, meters);
          var crowd = new LlmCrowd(caller, CALLERS)) {
        LlmCells.await(() -> crowd.answered() > 10L * CALLERS, Duration.ofSeconds(20));
        server.stop();
        Thread.sleep(away);
        long before = crowd.answered();
        long start = System.nanoTime();
        server.restart(latency);
        LlmCells.await(() -> crowd.answered() > before, Duration.ofSeconds(60));
        double first = (System.nanoTime() - start) / 1e6;
        LlmCells.await(() -> crowd.answered() > before + 10L * CALLERS, Duration.ofSeconds(60));
        double all = (System.nanoTime() - start) / 1e6;
        figures.add(Figure.of("llm.recovery.%s.first".formatted(word(side)), first, "ms", 1));
        figures.add(Figure.of("llm.recovery.%s.after-160".formatted(word(side)), all, "ms", 1));
      }
    }
    return figures;
  }

  private static String word(Enum<?> side) {
    return side.name().toLowerCase(Locale.ROOT);
  }
}
