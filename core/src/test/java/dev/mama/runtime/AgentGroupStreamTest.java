package dev.mama.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ChatException;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatStream;
import dev.mama.Event.ModelCalled;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.spi.ChatModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Streams within turns: read there, recorded, and closed with the turn. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class AgentGroupStreamTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("exp");

  private final InMemoryEventLog log = new InMemoryEventLog();
  private final Words model = new Words();

  @Test
  void stream_readInATurn_isOfTheTurnsCallerAndRecorded() throws Exception {
    String said =
        ask((message, context) -> {
          try (ChatStream stream = context.stream(ChatRequest.of("?"))) {
            String first = stream.next().orElseThrow();
            context.reply(Payload.text(first + "|" + stream.reply().text()));
          }
        });
    assertThat(said).isEqualTo("one |one two");
    assertThat(model.asked.getFirst().caller().orElseThrow().agent()).isEqualTo(AgentId.of("a"));
    assertThat(calls()).hasSize(1);
    assertThat(calls().getFirst().completionTokens()).isEqualTo(2);
  }

  @Test
  void stream_breaksOff_isRecordedOnce() throws Exception {
    ask((message, context) -> {
      try (ChatStream stream = context.stream(ChatRequest.of("break"))) {
        assertThat(stream.next()).isPresent();
        assertThatThrownBy(stream::reply).isInstanceOf(ChatException.class);
        assertThatThrownBy(stream::reply).isInstanceOf(ChatException.class);
      }
      context.reply(Payload.text(""));
    });
    assertThat(calls()).hasSize(1);
    assertThat(calls().getFirst().failure()).isEqualTo(ChatException.Reason.TRUNCATED);
  }

  @Test
  void stream_leftOpen_isClosedWithTheTurnAndOfNoUseAfterwards() throws Exception {
    var kept = new AtomicReference<ChatStream>();
    ask((message, context) -> {
      kept.set(context.stream(ChatRequest.of("?")));
      context.reply(Payload.text(""));
    });
    model.closed.await();
    assertThatThrownBy(() -> kept.get().next()).isInstanceOf(IllegalStateException.class);
    assertThat(calls()).hasSize(1);
  }

  @Test
  void stream_readerLeaves_isRecordedOnceAsAnsweredWithoutCounts() throws Exception {
    ask((message, context) -> {
      ChatStream stream = context.stream(ChatRequest.of("?"));
      assertThat(stream.next()).isPresent();
      stream.close();
      stream.close();
      context.reply(Payload.text(""));
    });
    assertThat(calls()).hasSize(1);
    ModelCalled call = calls().getFirst();
    assertThat(call.source()).isEqualTo(ChatReply.Source.MODEL);
    assertThat(call.model()).isEqualTo("words");
    assertThat(call.promptTokens() + call.completionTokens()).isZero();
  }

  private List<ModelCalled> calls() {
    List<ModelCalled> found = new ArrayList<>();
    log.read(
        EXPERIMENT,
        event -> {
          if (event instanceof ModelCalled call) {
            found.add(call);
          }
        });
    return found;
  }

  private String ask(Agent agent) throws InterruptedException {
    try (var group = AgentGroup.builder(EXPERIMENT).chatModel(model).eventLog(log).build()) {
      group.define(AgentType.of("agent", () -> agent));
      group.start(AgentId.of("a"), "agent");
      return group
          .client("client")
          .ask(AgentId.of("a"), Payload.text("go"), Duration.ofSeconds(30))
          .as(Payload.Text.class)
          .text();
    }
  }

  /** Streams two words, or breaks off after one. */
  private static final class Words implements ChatModel {
    final List<ChatRequest> asked = new CopyOnWriteArrayList<>();
    final CountDownLatch closed = new CountDownLatch(1);

    @Override
    public String name() {
      return "words";
    }

    @Override
    public ChatReply chat(ChatRequest request) {
      return new ChatReply("one two", "words", 1, 2, Duration.ZERO, Duration.ofMillis(1));
    }

    @Override
    public ChatStream stream(ChatRequest request) {
      asked.add(request);
      boolean breaks = request.messages().getLast().content().equals("break");
      return new ChatStream() {
        private int words;

        @Override
        public Optional<String> next() {
          return switch (words++) {
            case 0 -> Optional.of("one ");
            case 1 -> Optional.of("two");
            default -> Optional.empty();
          };
        }

        @Override
        public ChatReply reply() {
          if (breaks) {
            throw new ChatException("broke off", ChatException.Reason.TRUNCATED);
          }
          return chat(request);
        }

        @Override
        public void close() {
          closed.countDown();
        }
      };
    }

    @Override
    public void close() {}
  }
}
