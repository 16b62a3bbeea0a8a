package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.runtime.AgentGroup;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** One bounded pool for all agents and groups, and no dead connection out of it. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class PoolTest {

  private static final int POOL = 8;
  private static final int AGENTS = 200;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  record Question(String text) {}

  @Test
  void chat_agentsOfTwoGroups_shareOnePool() throws Exception {
    Function<Call, Answer> script = call -> new Answer.Text(call.text(), Duration.ofMillis(5));
    var answered = new CountDownLatch(2 * AGENTS);
    try (var server = ScriptedChatServer.start(script);
        var client = client(server);
        var one = group(client, "one", answered);
        var other = group(client, "other", answered)) {
      for (var group : new AgentGroup[] {one, other}) {
        var sender = group.client("test");
        for (int i = 0; i < AGENTS; i++) {
          sender.send(AgentId.of(group.name() + "-" + i), Payload.of(new Question("q" + i)));
        }
      }
      assertThat(answered.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(server.requests()).isEqualTo(2 * AGENTS);
      assertThat(server.peakConnections()).isBetween(2, POOL);
      assertThat(server.connections()).isLessThanOrEqualTo(POOL);
    }
  }

  @Test
  void chat_serverClosedIdleConnections_theNextHundredCallsNeitherFailNorRepeat() throws Exception {
    try (var server = ScriptedChatServer.start(call -> new Answer.Text("x", Duration.ofMillis(2)));
        var client = client(server)) {
      for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 50; i++) {
          client.chat(ChatRequest.of("warm"));
        }
        long before = server.requests();
        server.dropConnections();
        await().until(() -> openConnections() == 0);
        for (int i = 0; i < 100; i++) {
          ChatReply reply = client.chat(ChatRequest.of("again"));
          assertThat(reply.attempts()).isEqualTo(1);
        }
        assertThat(server.requests()).isEqualTo(before + 100);
      }
      assertThat(meters.get("mama.llm.retries").counter().count()).isZero();
    }
  }

  @Test
  void chat_idleForLongerThanTheLimit_takesANewConnectionBeforeTheServerClosesTheOld()
      throws Exception {
    try (var server = ScriptedChatServer.start(call -> Answer.text("x"));
        var client = client(server, HttpOptions.DEFAULT.withIdleLimit(Duration.ofMillis(50)))) {
      client.chat(ChatRequest.of("?"));
      // Closed by us, since the server has no limit.
      await().atMost(Duration.ofSeconds(10)).until(() -> openConnections() == 0);
      client.chat(ChatRequest.of("?"));
      assertThat(server.connections()).isEqualTo(2);
      assertThat(meters.get("mama.llm.retries").counter().count()).isZero();
    }
  }

  private double openConnections() {
    return meters.get("mama.llm.connections").gauge().value();
  }

  private LlmClient client(ScriptedChatServer server) {
    return client(server, HttpOptions.DEFAULT);
  }

  private LlmClient client(ScriptedChatServer server, HttpOptions options) {
    return LlmClient.builder(
            LlmEndpoint.of(server.uri().toString(), "m").withPoolSize(POOL).withHttp(options))
        .meters(meters)
        .build();
  }

  private static AgentGroup group(LlmClient client, String name, CountDownLatch answered)
      throws InterruptedException {
    AgentGroup group =
        AgentGroup.builder(ExperimentId.of("exp")).name(name).chatModel(client).build();
    group.define(
        AgentType.of(
            "asker",
            () ->
                (message, context) -> {
                  String text = message.payload().as(Question.class).text();
                  if (context.chat(ChatRequest.of(text)).text().equals(text)) {
                    answered.countDown();
                  }
                }));
    group.startAll(
        IntStream.range(0, AGENTS).mapToObj(i -> AgentId.of(name + "-" + i)).toList(), "asker");
    return group;
  }
}
