package dev.mama.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mama.bench.Figure;
import dev.mama.bench.Size;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The soak without servers, at a size that says nothing about leaks. */
class SoakTest {

  private static final SoakOptions TINY = SoakOptions.of(Size.SMOKE, 42);

  @TempDir Path folder;

  @Test
  void run_answersAllAndReadsEverything() throws Exception {
    SoakReport report =
        Soak.inMemory(
            folder.resolve("memories"),
            TINY,
            (done, of, step) -> assertThat(done).isBetween(0L, of),
            () -> false);
    Map<String, Figure> figures =
        report.figures().stream().collect(Collectors.toMap(Figure::name, Function.identity()));
    assertThat(figures)
        .containsKeys(
            "soak.seconds",
            "soak.heap",
            "soak.rss",
            "soak.threads",
            "soak.descriptors",
            "soak.pinned",
            "soak.latency.model.p99",
            "soak.latency.memory.p99",
            "soak.latency.agents.p99");
    assertThat(value(figures, "soak.requests.answered")).as(report.problem()).isEqualTo(90);
    assertThat(value(figures, "soak.requests.wrong")).isZero();
    assertThat(value(figures, "soak.requests.failed")).isZero();
    assertThat(value(figures, "soak.agents.closed")).isEqualTo(250);
    assertThat(value(figures, "soak.agents.lost-messages")).isZero();
    assertThat(report.stopped()).isFalse();
    assertThat(report.readings().getLast().answered()).isEqualTo(90);

    report.write(folder);
    assertThat(Files.readAllLines(folder.resolve("soak.csv")))
        .hasSize(report.readings().size() + 1);
    assertThat(folder.resolve("soak.png")).isNotEmptyFile();
    assertThat(report.verdictTable()).contains("| heap |", "| descriptors |");
  }

  @Test
  void run_stopped_reportsWhatThereIs() throws Exception {
    var asked = new AtomicInteger();
    SoakReport report =
        Soak.inMemory(
            folder.resolve("memories"),
            new SoakOptions(Duration.ofHours(1), 50, 100_000, 100, 42),
            (done, of, step) -> {},
            () -> asked.incrementAndGet() > 20);
    assertThat(report.stopped()).isTrue();
    assertThat(report.readings()).isNotEmpty();
    assertThat(report.verdictTable()).contains("undecided", "Stopped before its time");
  }

  @Test
  void options_outOfRange_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SoakOptions(Duration.ofMinutes(1), 0, 1, 1, 42))
        .withMessage("rate 0 must be 1 to 10,000");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SoakOptions(Duration.ofMillis(1), 50, 1, 1, 42))
        .withMessage("time PT0.001S must be 1 s to 7 days");
  }

  private static double value(Map<String, Figure> figures, String name) {
    return figures.getOrDefault(name, Figure.of(name, Double.NaN, "", 0)).value();
  }
}
