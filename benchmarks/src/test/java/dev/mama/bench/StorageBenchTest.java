package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The bench at a size that says nothing about speed. */
class StorageBenchTest {

  @Test
  void run_hasFiguresOfEveryWayAndLosesNothing() throws Exception {
    var tiny = new StorageBench.Sizes(List.of(100, 1_000), 1_000, 1, 3, 1);
    Map<String, Double> figures =
        new StorageBench(tiny, tiny)
            .run(new Bench.Options(true, 42), (done, of, step) -> {}).stream()
                .collect(Collectors.toMap(Figure::name, Figure::value));
    for (String table : new String[] {"states", "messages"}) {
      for (int batch : tiny.batches()) {
        for (String way : new String[] {"rate", "text-copy.rate", "inserts.rate"}) {
          assertThat(figures)
              .hasEntrySatisfying(
                  "storage.%s.%d.%s".formatted(table, batch, way),
                  rate -> assertThat(rate).isPositive());
        }
      }
    }
    assertThat(figures)
        .containsKeys(
            "storage.upkeep.history.analyzed.millis",
            "storage.replay.rate",
            "storage.visible.p50",
            "storage.outage.spooled.bytes")
        .containsEntry("storage.outage.missing", 0.0);
  }
}
