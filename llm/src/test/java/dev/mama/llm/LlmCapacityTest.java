package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatRequest;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** The whole client finds a real server's hidden capacity, and follows it. */
@Timeout(value = 300, threadMode = ThreadMode.SEPARATE_THREAD)
class LlmCapacityTest {

  private static final int AGENTS = 100;
  private static final Set<Reason> BUSY = Set.of(Reason.OVERLOADED, Reason.RESTING, Reason.SKIPPED);

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final AtomicBoolean going = new AtomicBoolean(true);
  private final AtomicLong answered = new AtomicLong();
  private final Queue<ChatException> unexpected = new ConcurrentLinkedQueue<>();

  @Test
  void chat_hiddenCapacity_isFoundAndFollowedWithFewRefusals() throws Exception {
    var ended = new CountDownLatch(AGENTS);
    try (var server =
            ScriptedChatServer.start(call -> new Answer.Text(call.text(), Duration.ofMillis(20)));
        var client =
            LlmClient.builder(LlmEndpoint.of(server.uri().toString(), "m").withPoolSize(128))
                .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
                .attempts(10)
                .meters(meters)
                .build()) {
      server.capacity(16);
      for (int i = 0; i < AGENTS; i++) {
        Thread.ofVirtual()
            .start(() -> {
              ask(client);
              ended.countDown();
            });
      }
      try {
        awaitSettled(server, 16);
        server.capacity(48);
        awaitSettled(server, 48);
        server.capacity(8);
        awaitSettled(server, 8);
      } finally {
        going.set(false);
        ended.await();
      }
      assertThat(unexpected).isEmpty();
      assertThat(client.chat(ChatRequest.of("?")).text()).isEqualTo("?");
    }
  }

  /** Waits for 1,000 answers in a row with under 1 % refusals, and the limit near the capacity. */
  private void awaitSettled(ScriptedChatServer server, int capacity) {
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> {
          long refused = server.refused();
          long before = answered.get();
          await().atMost(Duration.ofSeconds(60)).until(() -> answered.get() >= before + 1_000);
          double limit = meters.get("mama.llm.admission.limit").gauge().value();
          return server.refused() - refused < 10
              && limit >= 0.8 * capacity
              && limit <= capacity + 1;
        });
  }

  private void ask(LlmClient client) {
    try {
      while (going.get()) {
        try {
          client.chat(ChatRequest.of("work"));
          answered.incrementAndGet();
        } catch (ChatException e) {
          // Refused ten times in a row, which a drop of capacity may bring about; so many in a row
          // make the breaker rest, too. The agent goes on.
          if (!BUSY.contains(e.reason())) {
            unexpected.add(e);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
