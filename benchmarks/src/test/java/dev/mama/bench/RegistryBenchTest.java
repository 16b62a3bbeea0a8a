package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RegistryBenchTest extends SmokeContract {

  RegistryBenchTest() {
    super(
        new RegistryBench(),
        "registry.5000.clients1.lost == 0",
        "registry.5000.clients1.locked.lost == 0",
        "registry.5000.clients10.lost == 0",
        "registry.5000.clients10.locked.lost == 0",
        "registry.5000.clients50.lost == 0",
        "registry.5000.clients50.locked.lost == 0",
        "registry.memory.rate >= 2000000",
        "registry.durable.rate >= 300000",
        "registry.durable.lost == 0",
        "registry.recovery.lost == 0",
        "registry.pml.signed.share >= 0.8");
  }

  @Test
  void run_losesNothing() {
    assertThat(all())
        .filteredOn(figure -> figure.name().endsWith(".lost"))
        .hasSize(8)
        .allSatisfy(figure -> assertThat(figure.value()).as(figure.name()).isZero());
  }
}
