package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.bench.LlmCapacity.Course;
import dev.mama.bench.LlmCapacity.Moment;
import dev.mama.bench.LlmCells.Side;
import dev.mama.llm.LlmEndpoint;
import dev.mama.llm.OpenAiChatModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parts of the bench at sizes that say nothing about speed. */
class LlmBenchTest {

  @TempDir Path folder;

  @Test
  void cell_hasAShareOfEachSide_andNoMoreConnectionsThanThePool() throws Exception {
    var cell = new LlmCells(Duration.ofMillis(500)).cell(4, Duration.ofMillis(10));
    for (Side side : Side.values()) {
      assertThat(cell.share(side)).as("%s", side).isFinite().isPositive();
    }
    assertThat(cell.peakConnections()).isBetween(1, 5);
    assertThat(cell.figures()).allSatisfy(f -> assertThat(f.value()).isFinite().isPositive());
    LlmCharts.bound(List.of(cell), folder.resolve("bound.png"));
    LlmCharts.capacity(
        Map.of("", new Course(0, 0, 8, List.of(new Moment(0, 4, 1), new Moment(1, 4, 4)))),
        folder.resolve("capacity.png"));
    assertThat(folder).isDirectoryContaining("glob:**bound.png");
    assertThat(folder).isDirectoryContaining("glob:**capacity.png");
  }

  @Test
  void pacing_refusalsAreCountedByTheServer() throws Exception {
    try (var server = LlmServerProcess.start()) {
      Map<String, Figure> figures =
          new LlmDrills(server)
              .pacing(Duration.ofMillis(500)).stream()
                  .collect(Collectors.toMap(Figure::name, Function.identity()));
      assertThat(figures)
          .containsKeys("llm.pacing.paced.refused", "llm.pacing.langchain4j.refused");
      assertThat(figures.values())
          .allSatisfy(f -> assertThat(f.value()).isFinite().isNotNegative());
    }
  }

  @Test
  void peerLimits_letCallsThroughAndHearOfRefusals() throws Exception {
    try (var server = LlmServerProcess.start();
        var model =
            LlmCaller.of(OpenAiChatModel.connect(LlmEndpoint.of(server.uri().toString(), "m")))) {
      server.restart(Duration.ofMillis(5));
      server.capacity(1);
      for (LlmPeerLimit peer : LlmPeerLimit.values()) {
        try (var crowd = new LlmCrowd(LlmPeerLimit.behind(peer.of(64), model), 16)) {
          // More than there are places: they are given back.
          await().until(() -> crowd.answered() > 20 && crowd.failed() > 20);
        }
      }
    }
  }
}
