package dev.mama.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mama.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalMemoryLogTest extends MemoryLogContract {

  @TempDir Path folder;

  @Override
  protected MemoryLog open() {
    return JournalMemoryLog.open(folder.resolve("log"));
  }

  @Test
  void rewrite_againAndAgain_doesNotGrow() throws Exception {
    var megabyte = new byte[1 << 20];
    try (MemoryLog log = open()) {
      for (int i = 0; i < 40; i++) {
        log.append(List.of(megabyte, megabyte));
        log.rewrite(List.of(megabyte));
      }
      assertThat(bytes()).isLessThan(40L << 20);
    }
  }

  private long bytes() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("log"))) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  @Test
  void open_twice_isRefused() {
    try (MemoryLog log = open()) {
      assertThat(log.size()).isZero();
      assertThatExceptionOfType(StorageException.class)
          .isThrownBy(this::open)
          .withMessageContaining("is in use");
    }
  }
}
