package dev.mama.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link MemoryLog} must do. */
abstract class MemoryLogContract {

  /** Opens the one log of this test, again where it was closed. */
  protected abstract MemoryLog open();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> all(MemoryLog log) throws InterruptedException {
    var records = new ArrayList<String>();
    log.replay(bytes -> records.add(new String(bytes, StandardCharsets.UTF_8)));
    return records;
  }

  @Test
  void replay_emptyLog_showsNothing() throws Exception {
    try (MemoryLog log = open()) {
      assertThat(log.size()).isZero();
      log.append(List.of());
      assertThat(all(log)).isEmpty();
    }
  }

  @Test
  void append_thenOpenAgain_isThereInOrder() throws Exception {
    try (MemoryLog log = open()) {
      log.append(List.of(bytes("a"), bytes("b")));
      log.append(List.of(bytes("c")));
      assertThat(all(log)).containsExactly("a", "b", "c");
    }
    try (MemoryLog log = open()) {
      assertThat(log.size()).isEqualTo(3);
      assertThat(all(log)).containsExactly("a", "b", "c");
    }
  }

  @Test
  void rewrite_takesThePlaceOfAll() throws Exception {
    try (MemoryLog log = open()) {
      log.append(IntStream.range(0, 100).mapToObj(i -> bytes("old " + i)).toList());
      log.rewrite(List.of(bytes("new")));
      assertThat(log.size()).isEqualTo(1);
      assertThat(all(log)).containsExactly("new");
      log.append(List.of(bytes("newer")));
      assertThat(all(log)).containsExactly("new", "newer");
    }
    try (MemoryLog log = open()) {
      assertThat(all(log)).endsWith("new", "newer");
    }
  }
}
