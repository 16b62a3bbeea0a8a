package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MemoryBenchTest extends SmokeContract {

  MemoryBenchTest() {
    super(
        new MemoryBench(),
        "memory.store.micros <= 5",
        "memory.recall.micros <= 200",
        "memory.add.rate >= 5000",
        "memory.batch.over-single >= 2.5",
        "memory.batch.persistent.over-single >= 5");
  }

  @Test
  void run_leavesNothingInTheWorkingDirectory() throws IOException {
    try (var files = Files.list(Path.of(""))) {
      assertThat(files.map(Path::toString)).noneMatch(name -> name.startsWith(".mama"));
    }
  }
}
