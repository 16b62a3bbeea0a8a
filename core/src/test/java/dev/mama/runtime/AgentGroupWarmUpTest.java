package dev.mama.runtime;

import static dev.mama.runtime.Words.EXPERIMENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.ChatException;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.GroupClosedException;
import dev.mama.spi.ChatModel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class AgentGroupWarmUpTest {

  /** Notes what is asked of it. */
  private static class NotingModel implements ChatModel {
    final List<String> asked = new ArrayList<>();

    @Override
    public String name() {
      return "noting";
    }

    @Override
    public ChatReply chat(ChatRequest request) {
      asked.add("chat");
      throw new ChatException("not here", ChatException.Reason.REFUSED);
    }

    @Override
    public void warmUp() {
      asked.add("warmUp");
    }

    @Override
    public void close() {}
  }

  @Test
  void warmUp_warmsEachPart_andTellsForHowLong() throws Exception {
    var model = new NotingModel();
    var meters = new SimpleMeterRegistry();
    var log = new InMemoryEventLog();
    try (AgentGroup group =
        AgentGroup.builder(EXPERIMENT)
            .chatModel(model)
            .eventLog(log)
            .meters(meters)
            .warming("memory", () -> model.asked.add("memory"))
            .build()) {
      assertThat(group.warmUp()).containsOnlyKeys("llm", "agent", "memory");
      assertThat(model.asked).containsExactly("warmUp", "memory");
      for (String part : List.of("llm", "agent", "memory")) {
        var timer = meters.get("mama.start." + part).timer();
        assertThat(timer.count()).as(part).isEqualTo(1);
      }
      assertThat(meters.get("mama.turns").functionCounter().count()).isZero();
      assertThat(group.inspect().toString()).doesNotContain("warm-up");
    }
    List<Event> recorded = new ArrayList<>();
    log.read(EXPERIMENT, recorded::add);
    assertThat(recorded).isEmpty();
  }

  /** The sample of {@code docs/guide/15-measuring.md}. */
  @Test
  void guide_warmUp() throws Exception {
    var model = new NotingModel();
    var meters = new SimpleMeterRegistry();
    var recalled = new AtomicBoolean();
    try (var group =
        AgentGroup.builder(ExperimentId.of("exp-42"))
            .chatModel(model)
            .meters(meters)
            .warming(
                "memory", () -> recalled.set(true)) // anything else that is slow the first time
            .build()) {
      Map<String, Duration> took = group.warmUp(); // llm, encoder where there is assistance, agent
      assertThat(took.values()).allMatch(Duration::isPositive);
      assertThat(recalled).isTrue();
    }
  }

  @Test
  void warmUp_modelCannotBeReached_isTold() throws Exception {
    var model =
        new NotingModel() {
          @Override
          public void warmUp() {
            throw new ChatException("nobody at home", ChatException.Reason.UNREACHABLE);
          }
        };
    try (AgentGroup group = AgentGroup.builder(EXPERIMENT).chatModel(model).build()) {
      assertThatThrownBy(group::warmUp).isInstanceOf(ChatException.class);
    }
  }

  @Test
  void warmUp_closedGroup_isRefused() {
    AgentGroup group = AgentGroup.builder(EXPERIMENT).build();
    group.close();
    assertThatThrownBy(group::warmUp).isInstanceOf(GroupClosedException.class);
  }

  @Test
  void warming_badOrTakenPart_isRefused() {
    var builder = AgentGroup.builder(EXPERIMENT);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.warming("My Memory", () -> {}))
        .withMessageContaining("part 'My Memory' must be");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.warming("llm", () -> {}))
        .withMessageContaining("part 'llm' is warmed already");
  }
}
