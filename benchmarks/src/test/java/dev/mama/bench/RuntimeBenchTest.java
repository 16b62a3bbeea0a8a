package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The bench at a size that says nothing about speed. */
class RuntimeBenchTest {

  private static final RuntimeSizes TINY =
      new RuntimeSizes(
          2,
          20,
          2,
          10,
          3,
          Duration.ofMillis(10),
          Duration.ofMillis(50),
          Duration.ofMillis(50),
          200_000, // so many that what a late collection frees elsewhere does not count
          20_000,
          10,
          20,
          3,
          Duration.ofMillis(50),
          5);

  private static final List<String> STEPS = new ArrayList<>();
  private static Map<String, Figure> figures = Map.of();

  @BeforeAll
  static void measure() throws InterruptedException {
    var bench = new RuntimeBench(TINY, TINY);
    figures =
        bench
            .run(
                new Bench.Options(true, 42),
                (done, of, step) -> {
                  assertThat(done).isBetween(0L, of);
                  STEPS.add(step);
                })
            .stream()
            .collect(Collectors.toMap(Figure::name, Function.identity()));
  }

  @Test
  void run_hasEveryFigure_positiveAndFinite() {
    assertThat(figures)
        .containsOnlyKeys(
            "runtime.build.first.millis",
            "runtime.build.millis",
            "runtime.build.heap",
            "runtime.pingpong.rate",
            "runtime.pekko.pingpong.rate",
            "runtime.pingpong.over-pekko",
            "runtime.pingpong.bytes-per-message",
            "runtime.pingpong.cpu-per-message",
            "runtime.pekko.pingpong.bytes-per-message",
            "runtime.pekko.pingpong.cpu-per-message",
            "runtime.fanout.rate",
            "runtime.pekko.fanout.rate",
            "runtime.fanout.over-pekko",
            "runtime.fanout.bytes-per-message",
            "runtime.fanout.cpu-per-message",
            "runtime.pekko.fanout.bytes-per-message",
            "runtime.pekko.fanout.cpu-per-message",
            "runtime.hops.rate",
            "runtime.pekko.hops.rate",
            "runtime.hops.over-pekko",
            "runtime.hops.bytes-per-message",
            "runtime.hops.cpu-per-message",
            "runtime.pekko.hops.bytes-per-message",
            "runtime.pekko.hops.cpu-per-message",
            "runtime.latency.offered",
            "runtime.latency.p50",
            "runtime.latency.p99",
            "runtime.latency.p999",
            "runtime.pekko.latency.p50",
            "runtime.pekko.latency.p99",
            "runtime.pekko.latency.p999",
            "runtime.p99.over-pekko",
            "runtime.requests.rate",
            "runtime.requests.heap-before",
            "runtime.requests.heap-after",
            "runtime.start.rate",
            "runtime.pekko.start.rate",
            "runtime.idle.bytes-per-agent",
            "runtime.pekko.bytes-per-agent");
    assertThat(figures.values())
        .allSatisfy(f -> assertThat(f.value()).isFinite().isNotNegative())
        .filteredOn(f -> !tooSmallToMeasure(f))
        .allSatisfy(f -> assertThat(f.value()).isPositive());
  }

  @Test
  void run_goals_areThoseOfTheDesign() {
    var goals =
        figures.values().stream()
            .filter(figure -> figure.goal() != null)
            .collect(Collectors.toMap(Figure::name, figure -> String.valueOf(figure.goal())));
    assertThat(goals)
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("runtime.build.millis", "<= 10"),
                Map.entry("runtime.pingpong.over-pekko", ">= 1"),
                Map.entry("runtime.fanout.over-pekko", ">= 1.5"),
                Map.entry("runtime.hops.rate", ">= 2000000"),
                Map.entry("runtime.hops.over-pekko", ">= 1.5"),
                Map.entry("runtime.p99.over-pekko", "<= 1"),
                Map.entry("runtime.requests.rate", ">= 100000"),
                Map.entry("runtime.start.rate", ">= 200000"),
                Map.entry("runtime.idle.bytes-per-agent", "<= 300")));
  }

  @Test
  void run_ratios_agreeWithTheirRatesAndLieInTheirIntervals() {
    for (String question : List.of("pingpong", "fanout", "hops")) {
      Figure ours = figure("runtime." + question + ".rate");
      Figure theirs = figure("runtime.pekko." + question + ".rate");
      Figure ratio = figure("runtime." + question + ".over-pekko");
      assertThat(ratio.value()).isCloseTo(ours.value() / theirs.value(), withinPercentage(0.1));
      assertThat(ratio.low()).isLessThanOrEqualTo(ratio.value());
      assertThat(ratio.high()).isGreaterThanOrEqualTo(ratio.value());
      assertThat(ratio.samples()).isEqualTo(TINY.rounds());
    }
  }

  @Test
  void run_latencies_areOrderedAndOfEveryMessage() {
    for (String side : List.of("runtime.latency", "runtime.pekko.latency")) {
      assertThat(figure(side + ".p50").value()).isLessThanOrEqualTo(figure(side + ".p99").value());
      assertThat(figure(side + ".p99").value()).isLessThanOrEqualTo(figure(side + ".p999").value());
    }
    assertThat(figure("runtime.latency.p50").samples())
        .isEqualTo(figure("runtime.pekko.latency.p50").samples());
  }

  @Test
  void run_memory_isOfTheRightSize() {
    assertThat(figure("runtime.idle.bytes-per-agent").value()).isBetween(50.0, 5_000.0);
    assertThat(figure("runtime.pekko.bytes-per-agent").value()).isBetween(50.0, 10_000.0);
    assertThat(figure("runtime.hops.bytes-per-message").value()).isBetween(10.0, 100_000.0);
  }

  @Test
  void run_progress_namesEveryStep() {
    assertThat(STEPS)
        .containsSubsequence(
            "building groups", "ping-pong", "fan-out", "hops", "latency", "requests", "done");
  }

  /** The processor's time comes in steps of 10 ms, and five groups are less than heap noise. */
  private static boolean tooSmallToMeasure(Figure figure) {
    return figure.name().endsWith(".cpu-per-message") || figure.name().equals("runtime.build.heap");
  }

  private static Figure figure(String name) {
    return figures.getOrDefault(name, Figure.of(name, Double.NaN, "", 0));
  }
}
