package dev.mama.pg;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Event.MessageSent;
import dev.mama.Event.StateRecorded;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Trace;
import java.time.Instant;
import java.util.UUID;

/** Events to be kept. */
final class Samples {

  private Samples() {}

  static MessageSent message(ExperimentId experiment, Payload payload) {
    return new MessageSent(
        UUID.randomUUID(),
        experiment,
        Instant.now(),
        AgentId.of("scout-1"),
        AgentId.of("scout-2"),
        Channel.AGENT_CHAT,
        payload,
        Trace.start());
  }

  static StateRecorded state(ExperimentId experiment, int number) {
    return new StateRecorded(
        UUID.randomUUID(),
        experiment,
        Instant.now(),
        AgentId.of("scout-1"),
        Payload.text("state " + number),
        Trace.start());
  }
}
