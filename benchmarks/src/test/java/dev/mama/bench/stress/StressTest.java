package dev.mama.bench.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.bench.Figure;
import dev.mama.bench.Size;
import dev.mama.bench.stress.Cell.Stage;
import dev.mama.spi.ChatModel;
import dev.mama.testkit.HashingEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The matrix without servers, at a size that says nothing about speed. */
class StressTest {

  private static final StressOptions TINY = StressOptions.of(Size.SMOKE, 42);

  @TempDir Path folder;

  @Test
  void all_measuresEveryCell_andEveryAnswerIsItsOwn() throws Exception {
    StressReport report =
        Stress.inMemory(TINY, (done, of, step) -> assertThat(done).isBetween(0L, of), () -> false);
    List<Cell> cells = report.cells();
    assertThat(cells).hasSize(4);
    assertThat(cells)
        .allSatisfy(cell -> {
          assertThat(cell.answered()).isGreaterThanOrEqualTo(20 * cell.concurrent());
          assertThat(cell.strange()).isZero();
          assertThat(cell.failed()).isZero();
          assertThat(cell.unfinished()).isZero();
          for (Stage stage : Stage.values()) {
            assertThat(cell.of(stage).size()).as("%s", stage).isEqualTo(cell.answered());
          }
          assertThat(cell.of(Stage.TOTAL).quantile(0.5))
              .isGreaterThanOrEqualTo(cell.of(Stage.MODEL).quantile(0.5));
          assertThat(cell.figures())
              .allSatisfy(f -> assertThat(f.value()).as(f.name()).isFinite().isNotNegative());
        });

    report.write(folder);
    assertThat(Files.readString(folder.resolve("stress.csv"))).contains("stress.a20.c4.l0.rate,");
    assertThat(folder.resolve("stress.png")).isNotEmptyFile();
    assertThat(report.text()).contains("## Capacity", "| yes |");
    assertThat(report.allWell()).isTrue();
    assertThat(report.figures().stream().map(Figure::name))
        .contains("stress.a5.c1.l0.model.p50", "stress.capacity.agents-per-gib")
        .doesNotHaveDuplicates();
    assertThat(report.figures())
        .filteredOn(f -> f.name().startsWith("stress.fault."))
        .hasSize(5)
        .allMatch(f -> f.value() == 1);
    assertThat(report.figures())
        .filteredOn(f -> f.name().startsWith("stress.capacity."))
        .hasSize(8)
        .allSatisfy(f -> assertThat(f.value()).as(f.name()).isFinite().isPositive());
    var unmet = List.of(new Drill("one", "this", "that", false));
    assertThat(new StressReport(cells, unmet, null, false).allWell()).isFalse();
  }

  /** A model that hands each caller the answer of the one before. */
  private record Mixed(ChatModel model, AtomicReference<ChatReply> before) implements ChatModel {
    @Override
    public String name() {
      return model.name();
    }

    @Override
    public ChatReply chat(ChatRequest request) throws InterruptedException {
      ChatReply own = model.chat(request);
      ChatReply other = before.getAndSet(own);
      return other == null ? own : other;
    }

    @Override
    public void close() {
      model.close();
    }
  }

  @Test
  void all_answersOfOthers_areFound() throws Exception {
    List<Cell> cells;
    try (var model = new Mixed(Stress.echo(), new AtomicReference<>());
        var encoder = new HashingEncoder()) {
      cells =
          new StressCells(model, encoder, latency -> {}, TINY)
              .all((done, of, step) -> {}, () -> false);
    }
    assertThat(cells).allSatisfy(cell -> assertThat(cell.strange()).isPositive());
    assertThat(new StressReport(cells, List.of(), null, false).allWell()).isFalse();
  }

  @Test
  void options_outOfRange_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new StressOptions(
                List.of(0),
                List.of(1),
                List.of(Duration.ZERO),
                Duration.ofMillis(1),
                Duration.ofSeconds(1),
                42))
        .withMessage("agents 0 must be 1 to 100,000");
  }
}
