package dev.mama.memory;

import static dev.mama.memory.SessionsTest.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mama.AgentId;
import dev.mama.ChatMessage;
import dev.mama.StorageException;
import dev.mama.testkit.HashingEncoder;
import dev.mama.testkit.ManualTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What sessions and memories are after their log was opened again. */
final class PersistenceTest {

  private static final AgentId ANNA = AgentId.of("anna");
  private static final AgentId BERT = AgentId.of("bert");

  @TempDir Path folder;

  private final ManualTime time = new ManualTime();
  private final HashingEncoder encoder = new HashingEncoder();

  private MemoryLog log() {
    return JournalMemoryLog.open(folder.resolve("log"));
  }

  private static SessionOptions options() {
    return SessionOptions.defaults()
        .window(new WindowLimits(3, 1_000))
        .summariser(
            (summary, leaving) -> Optional.of(summary.orElse("") + leaving.getFirst().content()));
  }

  @Test
  void sessions_openedAgain_areTheSame() throws Exception {
    List<ChatMessage> messages;
    try (MemoryLog log = log()) {
      var sessions = Sessions.of(options(), time, log);
      for (int i = 0; i < 6; i++) {
        sessions.open("s", ANNA).add(user("m" + i));
      }
      sessions.open("over", BERT).add(user("gone"));
      sessions.end("over");
      messages = sessions.open("s", ANNA).messages();
      assertThat(messages).hasSize(4);
    }
    try (MemoryLog log = log()) {
      var sessions = Sessions.of(options(), time, log);
      assertThat(sessions.size()).isEqualTo(1);
      Session session = sessions.find("s").orElseThrow();
      assertThat(session.agent()).isEqualTo(ANNA);
      assertThat(session.messages()).isEqualTo(messages);
      session.add(user("goes on"));
      assertThat(session.messages()).endsWith(user("goes on"));
    }
  }

  @Test
  void sessions_expiredMeanwhile_areNotThere() throws Exception {
    try (MemoryLog log = log()) {
      Sessions.of(options(), time, log).open("s", ANNA).add(user("long ago"));
    }
    time.advance(Duration.ofHours(2));
    try (MemoryLog log = log()) {
      var sessions = Sessions.of(options(), time, log);
      assertThat(sessions.size()).isZero();
      sessions.open("s", BERT).add(user("anew"));
    }
    try (MemoryLog log = log()) {
      Session session = Sessions.of(options(), time, log).find("s").orElseThrow();
      assertThat(session.messages()).containsExactly(user("anew"));
      assertThat(session.agent()).isEqualTo(BERT);
    }
  }

  @Test
  void sessions_longTraffic_doesNotGrowTheLog() throws Exception {
    try (MemoryLog log = log()) {
      var sessions =
          Sessions.of(SessionOptions.defaults().window(new WindowLimits(3, 100)), time, log);
      Session session = sessions.open("s", ANNA);
      var hundred = IntStream.range(0, 100).mapToObj(i -> user("m" + i)).toList();
      for (int i = 0; i < 300; i++) {
        sessions.addAll(Map.of("s", hundred));
      }
      assertThat(log.size()).isLessThan(11_000);
      assertThat(session.messages()).hasSize(3);
    }
    try (MemoryLog log = log()) {
      assertThat(Sessions.of(options(), time, log).find("s").orElseThrow().messages())
          .containsExactly(user("m97"), user("m98"), user("m99"));
    }
  }

  @Test
  void memory_openedAgain_recallsTheSame() throws Exception {
    List<SemanticMemory.Recalled> before;
    try (MemoryLog log = log()) {
      var memory = SemanticMemory.of(encoder, MemoryOptions.defaults(), time, log);
      memory.addAll(ANNA, List.of("the tap drips", "the goat ate the hedge", "tea at five"));
      memory.add(BERT, "the tap of bert");
      Remembered wrong = memory.add(ANNA, "the tap was never there");
      assertThat(memory.forget(wrong.id())).isTrue();
      before = memory.recall(ANNA, "which tap drips?", 5);
    }
    try (MemoryLog log = log()) {
      var memory = SemanticMemory.of(encoder, MemoryOptions.defaults(), time, log);
      assertThat(memory.size()).isEqualTo(4);
      assertThat(memory.recall(ANNA, "which tap drips?", 5)).isEqualTo(before);
      assertThat(memory.add(ANNA, "one more").id()).isGreaterThan(4);
    }
  }

  @Test
  void memory_otherEncoder_encodesTheTextsAnew() throws Exception {
    try (MemoryLog log = log()) {
      SemanticMemory.of(encoder, MemoryOptions.defaults(), time, log)
          .addAll(ANNA, IntStream.range(0, 600).mapToObj(i -> "item " + i).toList());
    }
    var other = new NamedEncoder("another", encoder);
    for (int round = 0; round < 2; round++) {
      try (MemoryLog log = log()) {
        var memory = SemanticMemory.of(other, MemoryOptions.defaults(), time, log);
        assertThat(memory.size()).isEqualTo(600);
        assertThat(other.encoded).isEqualTo(600);
      }
    }
  }

  @Test
  void memory_addsAndForgets_doNotGrowTheLog() throws Exception {
    try (MemoryLog log = log()) {
      var memory =
          SemanticMemory.of(encoder, MemoryOptions.defaults().maxItems(100, 100), time, log);
      var hundred = IntStream.range(0, 100).mapToObj(i -> "item " + i).toList();
      for (int i = 0; i < 150; i++) {
        memory.addAll(ANNA, hundred);
      }
      assertThat(log.size()).isLessThan(11_000);
    }
    try (MemoryLog log = log()) {
      var memory =
          SemanticMemory.of(encoder, MemoryOptions.defaults().maxItems(100, 100), time, log);
      assertThat(memory.size(ANNA)).isEqualTo(100);
      assertThat(memory.recall(ANNA, "item 7", 1).getFirst().item().text()).isEqualTo("item 7");
    }
  }

  @Test
  void open_logOfAnotherKind_isRefused() throws Exception {
    try (MemoryLog log = log()) {
      log.append(List.of(new byte[] {9, 9, 9}));
      assertThatExceptionOfType(StorageException.class)
          .isThrownBy(() -> Sessions.of(options(), time, log))
          .withMessageContaining("is none of sessions");
      assertThatExceptionOfType(StorageException.class)
          .isThrownBy(() -> SemanticMemory.of(encoder, MemoryOptions.defaults(), time, log))
          .withMessageContaining("is none of a semantic memory");
    }
  }
}
