package dev.mama.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentId;
import dev.mama.ChatMessage;
import dev.mama.ChatMessage.Role;
import dev.mama.Time;
import dev.mama.testkit.HashingEncoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples of {@code docs/guide/8-memory.md}. */
final class MemoryGuideTest {

  @Test
  void sessions(@TempDir Path folder) throws Exception {
    try (var log = JournalMemoryLog.open(folder.resolve("sessions"))) {
      var sessions =
          Sessions.of(
              SessionOptions.defaults().window(new WindowLimits(20, 2_000)), Time.system(), log);
      Session session = sessions.open("user-7", AgentId.of("tap-1"));
      session.add(new ChatMessage(Role.USER, "The tap drips again."));
      assertThat(session.messages()).hasSize(1);
    }
  }

  @Test
  void memory() throws Exception {
    var encoder = new HashingEncoder();
    AgentId agent = AgentId.of("tap-1");
    var memory =
        SemanticMemory.of(
            encoder, MemoryOptions.defaults().halfLife(Duration.ofDays(7)), Time.system());
    memory.addAll(agent, List.of("The tap was mended in May.", "The landlord pays for pipes."));
    for (SemanticMemory.Recalled it : memory.recall(agent, "who pays for the tap?", 3)) {
      assertThat(it.item().text()).isNotBlank();
      assertThat(it.relevance()).isLessThanOrEqualTo(1.001);
    }
  }
}
