package dev.mama.bench;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Time;
import dev.mama.bench.StartPart.Places;
import dev.mama.examples.Cards;
import dev.mama.examples.Helper;
import dev.mama.examples.Requester;
import dev.mama.llm.LlmClient;
import dev.mama.llm.LlmEndpoint;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.matching.OnnxSentenceEncoder;
import dev.mama.minilm.MiniLm;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.spi.SentenceEncoder;
import dev.mama.testkit.HashingEncoder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A process that has done nothing yet: it opens one part, or serves one need, prints what that took
 * and ends. It is told what on its command line, and where on its standard input.
 */
final class StartChild {

  static final String COLD_NEED = "cold-need";
  static final String WARMED_NEED = "warmed-need";

  private static final int WARM = 9;
  private static final int AT_ONCE = 10;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private StartChild() {}

  /** Does what {@code args} says, in the places that stand on the standard input. */
  public static void main(String[] args) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Places places = Places.of(in.lines().toList());
    List<? extends Number> numbers =
        switch (args[0]) {
          case COLD_NEED -> firstNeed(places, false);
          case WARMED_NEED -> firstNeed(places, true);
          default -> {
            Opened opened = opened(StartPart.valueOf(args[0].toUpperCase(Locale.ROOT)), places);
            yield opened.numbers();
          }
        };
    System.out.println(numbers.stream().map(String::valueOf).collect(Collectors.joining(" ")));
    System.exit(0);
  }

  /**
   * What opening took.
   *
   * @param coldNanos the first time
   * @param warmNanos afterwards, the median
   * @param tenNanos ten at once, until the last is open
   * @param coldBytes of heap while the first is open
   * @param warmBytes of heap that each of ten takes that are open at once
   */
  record Opened(long coldNanos, long warmNanos, long tenNanos, long coldBytes, long warmBytes) {

    List<Long> numbers() {
      return List.of(coldNanos, warmNanos, tenNanos, coldBytes, warmBytes);
    }

    static Opened of(List<Long> numbers) {
      return new Opened(
          numbers.get(0), numbers.get(1), numbers.get(2), numbers.get(3), numbers.get(4));
    }
  }

  /** Opens {@code part} once, time and again, and ten at once. */
  static Opened opened(StartPart part, Places places) throws Exception {
    long before = Memory.used();
    long start = System.nanoTime();
    AutoCloseable first = part.open(places, 0);
    final long cold = System.nanoTime() - start;
    final long coldBytes = Math.max(0, Memory.used() - before);
    first.close();
    var warm = new Samples();
    for (int i = 0; i < WARM; i++) {
      start = System.nanoTime();
      AutoCloseable again = part.open(places, 0);
      warm.add(System.nanoTime() - start);
      again.close();
    }
    before = Memory.used();
    start = System.nanoTime();
    List<AutoCloseable> ten = together(part, places);
    long tenNanos = System.nanoTime() - start;
    long warmBytes = Math.max(0, Memory.used() - before) / AT_ONCE;
    for (AutoCloseable each : ten) {
      each.close();
    }
    return new Opened(cold, warm.quantile(0.5), tenNanos, coldBytes, warmBytes);
  }

  private static List<AutoCloseable> together(StartPart part, Places places)
      throws InterruptedException, ExecutionException {
    var open = new ArrayList<AutoCloseable>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<AutoCloseable>> opening =
          IntStream.range(0, AT_ONCE)
              .mapToObj(i -> threads.submit(() -> part.open(places, i)))
              .toList();
      for (Future<AutoCloseable> each : opening) {
        open.add(each.get());
      }
    }
    return open;
  }

  /** Nanoseconds of the first need, and of the warm-up before it: in all, then part by part. */
  private static List<Long> firstNeed(Places places, boolean warmed) throws InterruptedException {
    List<AgentCard> cards = Cards.builtIn();
    Map<AgentId, AgentCard> byId =
        cards.stream().collect(Collectors.toMap(AgentCard::agent, Function.identity()));
    try (var model = LlmClient.builder(LlmEndpoint.of(places.model(), "scripted")).build();
        var encoder =
            OnnxSentenceEncoder.open(
                MiniLm.NAME, MiniLm.graph(), MiniLm.tokenizer(), MiniLm.MAX_TOKENS);
        AgentGroup group =
            AgentGroup.builder(ExperimentId.of("start"))
                .chatModel(model)
                .assistance(enrolled(cards, encoder))
                .build()) {
      group.define(
          AgentType.perId("helper", id -> new Helper(byId.getOrDefault(id, cards.getFirst()))));
      group.define(AgentType.of("requester", Requester::new));
      group.startAll(byId.keySet(), "helper");
      AgentId requester = AgentId.of("requester");
      group.start(requester, "requester");
      var numbers = new ArrayList<Long>();
      Map<String, Duration> took = warmed ? group.warmUp() : Map.of();
      var need = new Requester.Wanted("my washing machine makes a strange noise", "");
      long start = System.nanoTime();
      var served =
          group.client("me").ask(requester, Payload.of(need), LIMIT).as(Requester.Served.class);
      numbers.add(System.nanoTime() - start);
      if (!served.answered()) {
        throw new IllegalStateException("the first need was not served: " + served.problem());
      }
      took.values().forEach(each -> numbers.add(each.toNanos()));
      return numbers;
    }
  }

  /**
   * Assistance that knows {@code cards}, as after a restart: their vectors were not encoded now.
   */
  private static Assistance enrolled(List<AgentCard> cards, SentenceEncoder encoder)
      throws InterruptedException {
    var index = new ExactAgentIndex(encoder.dimension());
    var registry = InMemoryRegistry.create();
    var ledger = InMemoryTrustLedger.create();
    var policy = WeightedScorePolicy.create();
    try (var other = new HashingEncoder()) {
      Assistance.of(other, index, registry, ledger, policy, Time.system()).enrol(cards);
    }
    return Assistance.of(encoder, index, registry, ledger, policy, Time.system());
  }

  /** Has a new process do {@code what}; returns the numbers it printed. */
  static List<Long> ask(String what, Places places) throws InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--"))
        .forEach(command::add);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), StartChild.class.getName(), what));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      try (var told = process.outputWriter(StandardCharsets.UTF_8)) {
        told.write(String.join("\n", places.words()));
      }
      List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
      int code = process.waitFor();
      if (code != 0 || lines.isEmpty()) {
        throw new IllegalStateException(
            "the process that opens '%s' ended with %d and said %s".formatted(what, code, lines));
      }
      return List.of(lines.getLast().split(" ", -1)).stream().map(Long::parseLong).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("no process can be started to open '%s'".formatted(what), e);
    }
  }
}
