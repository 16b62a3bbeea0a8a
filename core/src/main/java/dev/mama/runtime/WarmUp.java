package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Need;
import dev.mama.Payload;
import dev.mama.Sender;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * What a process does the first time, done ahead: classes are loaded, connections opened, buffers
 * made. It leaves no trace in the group: the turns are those of a group of its own.
 */
final class WarmUp {

  /** The parts that are always warmed, where they are there. */
  static final Set<String> OWN = Set.of("llm", "encoder", "agent");

  private static final int TURNS = 200;
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final AgentId NOBODY = AgentId.of("warm-up");

  private WarmUp() {}

  static Map<String, Duration> run(GroupOptions options) throws InterruptedException {
    Map<String, Duration> took = new LinkedHashMap<>();
    var model = options.chatModel();
    if (model != null) {
      took.put("llm", timed(options, "llm", model::warmUp));
    }
    var assistance = options.assistance();
    if (assistance != null) {
      took.put("encoder", timed(options, "encoder", () -> search(assistance)));
    }
    took.put("agent", timed(options, "agent", () -> turns(options)));
    for (var each : options.warming().entrySet()) {
      took.put(each.getKey(), timed(options, each.getKey(), each.getValue()));
    }
    return took;
  }

  private static Duration timed(GroupOptions options, String part, WarmUpStep step)
      throws InterruptedException {
    long start = System.nanoTime();
    step.run();
    long nanos = System.nanoTime() - start;
    options.meters().timer("mama.start." + part).record(nanos, TimeUnit.NANOSECONDS);
    return Duration.ofNanos(nanos);
  }

  private static void search(Assistance assistance) throws InterruptedException {
    var unused =
        assistance.find(
            NOBODY, new Need("somebody to warm up"), LIMIT, Load.NONE, new SplittableRandom(0));
  }

  private static void turns(GroupOptions options) throws InterruptedException {
    try (AgentGroup group = AgentGroup.builder(options.experiment()).name("warm-up").build()) {
      group.define(
          AgentType.of("echo", () -> (message, context) -> context.reply(message.payload())));
      group.start(NOBODY, "echo");
      Sender client = group.client("warm-up-client");
      for (int i = 0; i < TURNS; i++) {
        byte[] json = Payload.text("hello " + i).json();
        var unused =
            client.ask(NOBODY, Payload.encoded("Text", json), LIMIT).as(Payload.Text.class);
      }
    }
  }
}
