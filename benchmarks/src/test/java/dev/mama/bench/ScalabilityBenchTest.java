package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.testkit.HashingEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bench at a size that says nothing about speed. */
class ScalabilityBenchTest {

  private static final List<String> STATISTICS =
      List.of("mean", "sd", "min", "p50", "p95", "p99", "max");

  @TempDir Path folder;

  private List<Figure> run(ScaleSizes sizes) throws InterruptedException {
    var options = new Bench.Options(true, 42, false, Optional.of(folder), Bench.Trials.USUAL);
    return new ScalabilityBench(sizes, sizes, HashingEncoder::new)
        .run(options, (done, of, step) -> assertThat(done).isBetween(0L, of));
  }

  private static Map<String, Figure> byName(List<Figure> figures) {
    return figures.stream().collect(Collectors.toMap(Figure::name, Function.identity()));
  }

  private static Figure figure(Map<String, Figure> figures, String name) {
    return Objects.requireNonNull(figures.get(name), name);
  }

  @Test
  void run_hasEveryFigureOfEveryNumberOfAgents_andItsFiles() throws Exception {
    var tiny =
        new ScaleSizes(
            List.of(2, 20, 1_000), 20, 20, 200, 3, 1_000, List.of(), 0, 30, Duration.ofMillis(100));
    List<Figure> all = run(tiny);
    Map<String, Figure> figures = byName(all);
    for (int agents : tiny.agents()) {
      String prefix = "scalability.%d.".formatted(agents);
      for (String what :
          List.of(
              "report.match",
              "report.decide",
              "match",
              "encode",
              "scan",
              "decide",
              "path",
              "search",
              "policy")) {
        for (String statistic : STATISTICS) {
          assertThat(figure(figures, prefix + what + "." + statistic).value())
              .isFinite()
              .isNotNegative();
        }
        Figure median = figure(figures, prefix + what + ".p50");
        assertThat(median.low()).isNotNull().isLessThanOrEqualTo(median.value());
        assertThat(median.high()).isNotNull().isGreaterThanOrEqualTo(median.value());
      }
      assertThat(figure(figures, prefix + "report.match.p50").samples()).isEqualTo(30);
      assertThat(figure(figures, prefix + "report.registry.workers50.rate").samples())
          .isEqualTo(10_000);
      assertThat(figure(figures, prefix + "registry.lost").value()).isZero();
      assertThat(figure(figures, prefix + "path.answered").value()).isEqualTo(1);
      assertThat(figure(figures, prefix + "path.p50").value())
          .as("the way contains the match")
          .isGreaterThan(figure(figures, prefix + "match.min").value());
    }
    assertThat(figure(figures, "scalability.1000.bytes-per-agent").value())
        .isBetween(500.0, 20_000.0);
    assertThat(figure(figures, "scalability.growth.search.exponent").low()).isNotNull();
    assertThat(figure(figures, "scalability.churn.joins.rate").value()).isPositive();
    assertThat(figure(figures, "scalability.churn.unmet").goal()).isEqualTo("== 0");

    assertThat(folder.resolve("scalability-latency.png")).isNotEmptyFile();
    assertThat(folder.resolve("scalability-registry.png")).isNotEmptyFile();
    assertThat(folder.resolve("scalability-memory.png")).isNotEmptyFile();
    assertThat(Files.readAllLines(folder.resolve("profiles.csv"))).hasSize(1 + 1_000);
    assertThat(Files.readAllLines(folder.resolve("samples.csv")))
        .filteredOn(line -> line.startsWith("path,20,"))
        .hasSize(tiny.needs());
    assertThat(new ScalePage(all).text())
        .contains("| agents | 2 | 20 | 1,000 |")
        .contains("## Agents that come and go");
  }

  @Test
  void run_heapDoesNotSuffice_numberIsLeftOut_andThePageSaysSo() throws Exception {
    var huge =
        new ScaleSizes(List.of(2, 2_000_000_000), 2, 4, 10, 1, 100, List.of(), 0, 0, Duration.ZERO);
    List<Figure> figures = run(huge);
    assertThat(byName(figures)).containsKey("scalability.2000000000.left-out");
    assertThat(figures).noneMatch(it -> it.name().startsWith("scalability.2000000000.path"));
    assertThat(new ScalePage(figures).text()).contains("2,000,000,000 agents were left out");
  }

  @Test
  void network_aDelay_isTakenFourTimes() throws Exception {
    var one =
        new ScaleSizes(
            List.of(), 0, 0, 0, 0, 0, List.of(Duration.ofMillis(10)), 3, 0, Duration.ZERO);
    var network = new ScaleNetwork(one);
    Map<String, Figure> figures = byName(network.measure());
    assertThat(figure(figures, "scalability.network.delay10.over-four-delays").value())
        .isGreaterThanOrEqualTo(1);
    assertThat(figure(figures, "scalability.network.delay10.ask.min").value())
        .isGreaterThanOrEqualTo(40);
    assertThat(Objects.requireNonNull(network.raw().get("network.delay10")).size()).isEqualTo(3);
  }

  @Test
  void profiles_followTheSeed_andTheFirstOfManyAreThoseOfFew() throws Exception {
    var one = new Profiles(42);
    new Profiles(42).write(folder.resolve("few.csv"), 10);
    new Profiles(42).write(folder.resolve("many.csv"), 1_000);
    new Profiles(43).write(folder.resolve("other.csv"), 10);
    List<String> few = Files.readAllLines(folder.resolve("few.csv"));
    assertThat(Files.readAllLines(folder.resolve("many.csv")))
        .startsWith(few.toArray(new String[0]));
    assertThat(Files.readAllLines(folder.resolve("other.csv"))).isNotEqualTo(few);
    assertThat(one.at(7)).isEqualTo(new Profiles(42).at(7));
    assertThat(few.get(1)).startsWith("agent-0,");
    for (int i = 0; i < 1_000; i++) {
      Profiles.Profile profile = one.at(i);
      assertThat(profile.trust()).isBetween(0.0, 1.0);
      assertThat(profile.successRate()).isBetween(0.5, 1.0);
    }
  }
}
