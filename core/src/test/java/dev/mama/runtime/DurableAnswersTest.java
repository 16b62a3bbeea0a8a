package dev.mama.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Channel;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.Deadline;
import dev.mama.DurableAgent;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Supervision;
import dev.mama.Supervision.Reaction;
import dev.mama.Trace;
import dev.mama.journal.Grade;
import dev.mama.journal.Journal;
import dev.mama.runtime.Words.Count;
import dev.mama.spi.ChatModel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A turn that runs again is answered by what models said the first time. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DurableAnswersTest {

  private static final AgentId ANNA = AgentId.of("anna");

  @TempDir Path folder;

  private final List<ChatRequest> asked = new CopyOnWriteArrayList<>();
  private final List<String> heard = new CopyOnWriteArrayList<>();

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  /** A scripted model: numbers its answers. */
  private final ChatModel model =
      new ChatModel() {
        @Override
        public String name() {
          return "numbering";
        }

        @Override
        public ChatReply chat(ChatRequest request) {
          asked.add(request);
          return new ChatReply(
              "answer " + asked.size(), "numbering", 3, 2, Duration.ZERO, Duration.ofMillis(7));
        }

        @Override
        public void close() {}
      };

  /** Asks the model twice, once streamed; then waits or fails as its first runs are told to. */
  private final class Asking implements DurableAgent<Count> {
    private final CountDownLatch gate;
    private int turns;

    Asking(CountDownLatch gate) {
      this.gate = gate;
    }

    @Override
    public Count state() {
      return new Count(turns);
    }

    @Override
    public void restore(Count state) {
      turns = state.number();
    }

    @Override
    public void onMessage(Message message, AgentContext context) throws Exception {
      turns++;
      heard.add(context.chat(ChatRequest.of("first")).text());
      try (var stream = context.stream(ChatRequest.of("second"))) {
        heard.add(stream.reply().text());
      }
      if (gate.getCount() > 1) {
        gate.countDown();
        throw new IllegalStateException("after the answers");
      }
      gate.await();
    }
  }

  private AgentGroup group(CountDownLatch gate) {
    return group(gate, Reaction.RESUME);
  }

  private AgentGroup group(CountDownLatch gate, Reaction reaction) {
    AgentGroup group =
        Ledger.group(folder)
            .chatModel(model)
            .meters(meters)
            .drainTimeout(Duration.ofMillis(20))
            .build();
    group.define(
        AgentType.durable("asking", Count.class, () -> new Asking(gate))
            .supervised(Supervision.of(reaction).withTries(2).withBackOff(Duration.ofMillis(1))));
    return group;
  }

  private double held() {
    return meters.get("mama.durable.held").gauge().value();
  }

  @Test
  void turnThatFailed_isAnsweredAsBefore() throws Exception {
    var gate = new CountDownLatch(2);
    try (var group = group(gate)) {
      group.start(ANNA, "asking");
      group.client("client").send(ANNA, Payload.text("go"));
      await().until(() -> heard.size() == 4);
      gate.countDown();
      assertThat(heard).containsExactly("answer 1", "answer 2", "answer 1", "answer 2");
      assertThat(asked).hasSize(2);

      group.client("other").send(ANNA, Payload.text("another message asks anew"));
      await().until(() -> heard.size() == 6);
      assertThat(heard.subList(4, 6)).containsExactly("answer 3", "answer 4");
      assertThat(asked.stream().map(ChatRequest::idempotencyKey))
          .doesNotHaveDuplicates()
          .allMatch(key -> key.isPresent());
    }
  }

  @Test
  void turnThatWasCutOff_isAnsweredAsBeforeByTheNextRun() throws Exception {
    try (var group = group(new CountDownLatch(1))) {
      group.start(ANNA, "asking");
      group.client("client").send(ANNA, Payload.text("go"));
      await().until(() -> heard.size() == 2);
    } // the turn waits still, and is interrupted
    var gate = new CountDownLatch(1);
    try (var group = group(gate)) {
      Resumed resumed = group.resume();
      assertThat(resumed.messages()).isEqualTo(1);
      assertThat(resumed.answers()).isEqualTo(2);
      await().until(() -> heard.size() == 4);
      gate.countDown();
      assertThat(heard).containsExactly("answer 1", "answer 2", "answer 1", "answer 2");
      assertThat(asked).hasSize(2);
      await().until(() -> group.inspect().unfinished() == 0);
    }
    try (var group = group(gate)) {
      assertThat(group.resume().answers()).as("of no use any more").isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"RESUME", "STOP"})
  void messageThatIsDead_letsGoOfItsAnswers(Reaction reaction) throws Exception {
    try (var group = group(new CountDownLatch(3), reaction)) {
      group.start(ANNA, "asking");
      group.client("client").send(ANNA, Payload.text("go"));
      await().until(() -> heard.size() == 4);
      await().until(() -> group.inspect().unfinished() == 0);
      await().untilAsserted(() -> assertThat(held()).isZero());
    }
  }

  @Test
  void answerThatCannotBeRead_isAskedForAgain() throws Exception {
    var message =
        new Message(
            8,
            9,
            AgentId.of("client"),
            ANNA,
            Channel.AGENT_CHAT,
            Payload.text("go"),
            Trace.start(),
            Deadline.NONE);
    var unreadable = Payload.encoded("ChatReply", "[]".getBytes(StandardCharsets.UTF_8));
    try (var journal = Journal.open(folder, AgentStore.OPTIONS)) {
      for (Entry entry :
          List.of(
              new Entry.Head(Ledger.EXPERIMENT.value()),
              new Entry.Saved(ANNA, "asking", 0, null, List.of(), List.of()),
              new Entry.Accepted(message),
              new Entry.Answered(
                  message.id(),
                  new Answers.Call(0, Answers.digest(ChatRequest.of("first")), unreadable)))) {
        long unused = journal.submit(EntryForm.encode(entry)).await(Grade.SYNCED);
      }
    }
    var gate = new CountDownLatch(1);
    try (var group = group(gate)) {
      assertThat(group.resume().messages()).isEqualTo(1);
      await().until(() -> heard.size() == 2);
      gate.countDown();
      assertThat(heard).containsExactly("answer 1", "answer 2");
    }
  }
}
