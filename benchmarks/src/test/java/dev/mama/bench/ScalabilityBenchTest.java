package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.bench.ScaleSizes.Network;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScalabilityBenchTest extends SmokeContract {

  private static final ScaleSizes SMOKE = ScaleSizes.of(Size.SMOKE);
  private static final List<String> STATISTICS =
      List.of("mean", "sd", "min", "p50", "p95", "p99", "max");

  ScalabilityBenchTest() {
    super(
        new ScalabilityBench(),
        "scalability.2.path.answered == 1",
        "scalability.2.registry.lost == 0",
        "scalability.20.path.answered == 1",
        "scalability.20.registry.lost == 0",
        "scalability.1000.path.answered == 1",
        "scalability.1000.registry.lost == 0",
        "scalability.churn.unmet == 0");
  }

  @Test
  void run_hasEveryFigureOfEveryNumberOfAgents_andItsFiles() throws Exception {
    for (int agents : SMOKE.agents()) {
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
          assertThat(figure(prefix + what + "." + statistic).value()).isFinite().isNotNegative();
        }
        Figure median = figure(prefix + what + ".p50");
        assertThat(median.low()).isNotNull().isLessThanOrEqualTo(median.value());
        assertThat(median.high()).isNotNull().isGreaterThanOrEqualTo(median.value());
      }
      assertThat(figure(prefix + "report.match.p50").samples()).isEqualTo(30);
      assertThat(figure(prefix + "report.registry.workers50.rate").samples()).isEqualTo(10_000);
      assertThat(figure(prefix + "registry.lost").value()).isZero();
      assertThat(figure(prefix + "path.answered").value()).isEqualTo(1);
      assertThat(figure(prefix + "path.p50").value())
          .as("the way contains the match")
          .isGreaterThan(figure(prefix + "match.min").value());
    }
    assertThat(figure("scalability.1000.bytes-per-agent").value()).isBetween(500.0, 20_000.0);
    assertThat(figure("scalability.growth.search.exponent").low()).isNotNull();
    assertThat(figure("scalability.churn.joins.rate").value()).isPositive();
    assertThat(figure("scalability.churn.unmet").goal()).isEqualTo("== 0");

    assertThat(folder().resolve("scalability-latency.png")).isNotEmptyFile();
    assertThat(folder().resolve("scalability-registry.png")).isNotEmptyFile();
    assertThat(folder().resolve("scalability-memory.png")).isNotEmptyFile();
    assertThat(Files.readAllLines(folder().resolve("profiles.csv"))).hasSize(1 + 1_000);
    assertThat(Files.readAllLines(folder().resolve("samples.csv")))
        .filteredOn(line -> line.startsWith("path,20,"))
        .hasSize(SMOKE.needs());
    assertThat(new ScalePage(all()).text())
        .contains("| agents | 2 | 20 | 1,000 |")
        .contains("## Agents that come and go");
  }

  @Test
  void run_heapDoesNotSuffice_numberIsLeftOut_andThePageSaysSo() throws Exception {
    var huge =
        new ScaleSizes(List.of(2, 2_000_000_000), 2, 4, 10, 1, 100, Network.NONE, 0, Duration.ZERO);
    var options = new Bench.Options(Size.SMOKE, 42);
    List<Figure> figures = ScalabilityBench.run(huge, options, (done, of, step) -> {});
    assertThat(figures).extracting(Figure::name).contains("scalability.2000000000.left-out");
    assertThat(figures).noneMatch(it -> it.name().startsWith("scalability.2000000000.path"));
    assertThat(new ScalePage(figures).text()).contains("2,000,000,000 agents were left out");
  }

  @Test
  void profiles_followTheSeed_andTheFirstOfManyAreThoseOfFew() throws Exception {
    var one = new Profiles(42);
    new Profiles(42).write(folder().resolve("few.csv"), 10);
    new Profiles(42).write(folder().resolve("many.csv"), 1_000);
    new Profiles(43).write(folder().resolve("other.csv"), 10);
    List<String> few = Files.readAllLines(folder().resolve("few.csv"));
    assertThat(Files.readAllLines(folder().resolve("many.csv")))
        .startsWith(few.toArray(new String[0]));
    assertThat(Files.readAllLines(folder().resolve("other.csv"))).isNotEqualTo(few);
    assertThat(one.at(7)).isEqualTo(new Profiles(42).at(7));
    assertThat(few.get(1)).startsWith("agent-0,");
    for (int i = 0; i < 1_000; i++) {
      Profiles.Profile profile = one.at(i);
      assertThat(profile.trust()).isBetween(0.0, 1.0);
      assertThat(profile.successRate()).isBetween(0.5, 1.0);
    }
  }
}
