package dev.mama.bench.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.bench.Figure;
import dev.mama.bench.stress.Cell.Stage;
import dev.mama.spi.ChatModel;
import dev.mama.testkit.HashingEncoder;
import dev.mama.testkit.ScriptedChatModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The matrix without servers, at a size that says nothing about speed. */
class StressTest {

  private static final StressOptions TINY =
      new StressOptions(
          List.of(5, 20),
          List.of(1, 4),
          List.of(Duration.ZERO),
          Duration.ofMillis(20),
          Duration.ofSeconds(20),
          42);

  @TempDir Path folder;

  private static ChatModel echo() {
    return new ScriptedChatModel(request -> "You said: " + request.messages().getLast().content());
  }

  private static List<Cell> measured(ChatModel model) throws InterruptedException {
    try (model;
        var encoder = new HashingEncoder()) {
      return new StressCells(model, encoder, latency -> {}, TINY)
          .all((done, of, step) -> assertThat(done).isBetween(0L, of), () -> false);
    }
  }

  @Test
  void all_measuresEveryCell_andEveryAnswerIsItsOwn() throws Exception {
    List<Cell> cells = measured(echo());
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

    var capacity = new Capacity(100, 1_000, 500, 100_000);
    var drills = List.of(new Drill("one", "this", "this", true));
    var report = new StressReport(cells, drills, capacity, false);
    report.write(folder);
    assertThat(Files.readString(folder.resolve("stress.csv"))).contains("stress.a20.c4.l0.rate,");
    assertThat(folder.resolve("stress.png")).isNotEmptyFile();
    assertThat(report.text()).contains("## Capacity", "| one | this | this | yes |");
    assertThat(report.allWell()).isTrue();
    assertThat(report.figures().stream().map(Figure::name))
        .contains("stress.a5.c1.l0.model.p50", "stress.capacity.agents-per-gib")
        .doesNotHaveDuplicates();
    var unmet = List.of(new Drill("one", "this", "that", false));
    assertThat(new StressReport(cells, unmet, capacity, false).allWell()).isFalse();
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
    List<Cell> cells = measured(new Mixed(echo(), new AtomicReference<>()));
    assertThat(cells).allSatisfy(cell -> assertThat(cell.strange()).isPositive());
    assertThat(new StressReport(cells, List.of(), null, false).allWell()).isFalse();
  }

  @Test
  void drillsOfAgents_comeOutAsExpected() throws Exception {
    assertThat(AgentDrills.all()).hasSize(5).allMatch(Drill::met);
  }

  @Test
  void capacity_costsArePositive() throws Exception {
    List<Cell> cells = measured(echo());
    assertThat(Capacity.measure(cells, 100_000, 500, Duration.ofMillis(20), 42).figures())
        .hasSize(8)
        .allSatisfy(f -> assertThat(f.value()).as(f.name()).isFinite().isPositive());
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
