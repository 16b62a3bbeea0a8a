package dev.mama.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.DurableAgent;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Durability;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Durable agents are durable while they are recorded, and a rerun leaves them as they were. */
class DurableRunTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("test");
  private static final AgentId ANNA = AgentId.of("anna");

  @TempDir Path folder;

  record Add(int number) {}

  record Show() {}

  record Sum(int sum) {}

  /** Adds what comes, and fails on negative numbers when it has added them. */
  static final class Adder implements DurableAgent<Sum> {
    private int sum;

    @Override
    public Sum state() {
      return new Sum(sum);
    }

    @Override
    public void restore(Sum state) {
      sum = state.sum();
    }

    @Override
    public void onMessage(Message message, AgentContext context) throws Exception {
      if (message.payload().type().equals("Add")) {
        int number = message.payload().as(Add.class).number();
        sum += number;
        if (number < 0) {
          throw new IllegalArgumentException("negative");
        }
      } else {
        context.reply(Payload.of(state()));
      }
    }
  }

  private static AgentType type() {
    return AgentType.durable("adder", Sum.class, Adder::new);
  }

  private int sum(AgentGroup group) throws Exception {
    return group
        .client("asker")
        .ask(ANNA, Payload.of(new Show()), Duration.ofMinutes(1))
        .as(Sum.class)
        .sum();
  }

  private AgentGroup group(AgentType type) throws Exception {
    AgentGroup group =
        AgentGroup.builder(EXPERIMENT).durable(Durability.in(folder.resolve("agents"))).build();
    group.define(type);
    return group;
  }

  @Test
  void recorded_staysDurable_andRunsAgainThroughItsFailures() throws Exception {
    Path kept = folder.resolve("kept");
    try (var journal = RunJournal.create(kept, EXPERIMENT, 1);
        var group = group(journal.recorded(type()))) {
      group.start(ANNA, "adder");
      var client = group.client("client");
      for (int number : new int[] {1, -10, 2, -20, 3}) {
        client.send(ANNA, Payload.of(new Add(number)));
      }
      assertThat(sum(group)).isEqualTo(6);
    }
    try (var group = group(type())) {
      assertThat(group.resume().agents()).isEqualTo(1);
      assertThat(sum(group)).isEqualTo(6);
    }
    try (Run run = Run.open(kept)) {
      Rerun again = run.again(List.of(type()));
      assertThat(again.go(Long.MAX_VALUE)).isEmpty();
      assertThat(again.agent(ANNA))
          .hasValueSatisfying(anna -> assertThat(((Adder) anna).state()).isEqualTo(new Sum(6)));
    }
  }
}
