package dev.mama.bench;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Trace;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/** Rows to write, like those of a run: a thousand agents, about 150 bytes of JSON each. */
enum StorageRows {
  STATES("states"),
  MESSAGES("messages");

  private static final int AGENTS = 1_000;
  private static final Instant START = Instant.parse("2026-06-01T12:00:00Z");

  /** What an agent may feel. */
  record Mood(String text, int step, double energy, double distance, String place) {}

  private final String table;

  StorageRows(String table) {
    this.table = table;
  }

  String table() {
    return table;
  }

  /** {@code rows} events, their JSON made already: what it costs is not what is measured. */
  List<Event> make(ExperimentId experiment, int rows, long seed) {
    var random = new SplittableRandom(seed);
    List<Event> events = new ArrayList<>(rows);
    for (int i = 0; i < rows; i++) {
      events.add(make(experiment, START.plusNanos(i * 50_000L), i, random));
    }
    return events;
  }

  Event make(ExperimentId experiment, Instant at, int number, SplittableRandom random) {
    AgentId agent = AgentId.of("agent-" + random.nextInt(AGENTS));
    var id = new UUID(random.nextLong(), random.nextLong());
    var trace = new Trace(random.nextLong(), random.nextLong(1, Long.MAX_VALUE), number + 1L);
    Payload payload =
        Payload.of(
            new Mood(
                "What would you do about number " + number + "?",
                number,
                random.nextDouble(),
                random.nextDouble() * 1_000,
                "place-" + random.nextInt(100)));
    payload.json();
    return this == STATES
        ? new Event.StateRecorded(id, experiment, at, agent, payload, trace)
        : new Event.MessageSent(
            id,
            experiment,
            at,
            agent,
            AgentId.of("agent-" + random.nextInt(AGENTS)),
            Channel.AGENT_CHAT,
            payload,
            trace);
  }

  @Override
  public String toString() {
    return table;
  }
}
