package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.List;
import org.junit.jupiter.api.Test;

class RuntimeBenchTest extends SmokeContract {

  RuntimeBenchTest() {
    super(
        new RuntimeBench(),
        "runtime.build.millis <= 10",
        "runtime.pingpong.over-pekko >= 1",
        "runtime.fanout.over-pekko >= 1.5",
        "runtime.hops.rate >= 2000000",
        "runtime.hops.over-pekko >= 1.5",
        "runtime.p99.over-pekko <= 1",
        "runtime.requests.rate >= 100000",
        "runtime.start.rate >= 200000",
        "runtime.idle.bytes-per-agent <= 300");
  }

  @Test
  void run_hasEveryFigure_positiveAndFinite() {
    assertThat(figures())
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
    assertThat(figures().values())
        .allSatisfy(f -> assertThat(f.value()).isNotNegative())
        .filteredOn(f -> !tooSmallToMeasure(f))
        .allSatisfy(f -> assertThat(f.value()).isPositive());
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
      assertThat(ratio.samples()).isEqualTo(RuntimeSizes.of(Size.SMOKE).rounds());
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

  /** The processor's time comes in steps of 10 ms, and five groups are less than heap noise. */
  private static boolean tooSmallToMeasure(Figure figure) {
    return figure.name().endsWith(".cpu-per-message") || figure.name().equals("runtime.build.heap");
  }
}
