package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StorageBenchTest extends SmokeContract {

  StorageBenchTest() {
    super(new StorageBench(), "storage.outage.missing == 0");
  }

  @Test
  void run_hasFiguresOfEveryWayAndLosesNothing() {
    for (String table : new String[] {"states", "messages"}) {
      for (int batch : new int[] {50, 500}) {
        for (String way : new String[] {"rate", "text-copy.rate", "inserts.rate"}) {
          assertThat(value("storage.%s.%d.%s".formatted(table, batch, way))).isPositive();
        }
      }
    }
    assertThat(figures())
        .containsKeys(
            "storage.upkeep.history.analyzed.millis",
            "storage.replay.rate",
            "storage.visible.p50",
            "storage.outage.spooled.bytes");
    assertThat(value("storage.outage.missing")).isZero();
  }
}
