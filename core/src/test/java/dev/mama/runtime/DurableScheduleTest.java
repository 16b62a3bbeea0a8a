package dev.mama.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.DurableAgent;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Scheduled;
import dev.mama.Time;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a durable agent has scheduled comes in the next run too. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DurableScheduleTest {

  private static final AgentId ANNA = AgentId.of("anna");

  @TempDir Path folder;

  @Test
  void schedule_survivesAndComesOnce_takenBackDoesNotCome() throws Exception {
    try (var group = Ledger.group(folder).build()) {
      group.define(alarm());
      group.start(ANNA, "alarm");
      var client = group.client("client");
      client.send(ANNA, Payload.of(new Words.Count(60)));
      client.send(ANNA, Payload.of(new Words.Count(-60)));
      assertThat(rung(group)).isZero();
    }
    for (int start = 0; start < 2; start++) {
      try (var group = Ledger.group(folder).time(new LaterTime(Duration.ofHours(1))).build()) {
        group.define(alarm());
        assertThat(group.resume().timers()).isEqualTo(start == 0 ? 1 : 0);
        await().until(() -> rung(group) == 1);
      }
    }
  }

  /** The machine's clocks, the wall clock put forward. */
  private record LaterTime(Duration by) implements Time {
    @Override
    public Instant now() {
      return Time.system().now().plus(by);
    }

    @Override
    public long nanos() {
      return Time.system().nanos();
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
      return Time.system().schedule(delay, task);
    }
  }

  private static int rung(AgentGroup group) throws InterruptedException {
    return group
        .client("asker-" + System.nanoTime())
        .ask(ANNA, Payload.of(new Words.Go()), Words.LONG)
        .as(Words.Count.class)
        .number();
  }

  /** Counts how often what it schedules comes: after so many seconds, or taken back if < 0. */
  private static AgentType alarm() {
    return AgentType.durable(
        "alarm",
        Words.Count.class,
        () ->
            new DurableAgent<Words.Count>() {
              private int rung;

              @Override
              public Words.Count state() {
                return new Words.Count(rung);
              }

              @Override
              public void restore(Words.Count state) {
                rung = state.number();
              }

              @Override
              public void onMessage(Message message, AgentContext context) throws Exception {
                switch (message.payload().type()) {
                  case "Count" -> {
                    int seconds = message.payload().as(Words.Count.class).number();
                    var bell =
                        context.schedule(
                            Duration.ofSeconds(Math.abs(seconds)), Payload.text("ring"));
                    if (seconds < 0) {
                      bell.cancel();
                    }
                  }
                  case "Text" -> rung++;
                  default -> context.reply(Payload.of(state()));
                }
              }
            });
  }
}
