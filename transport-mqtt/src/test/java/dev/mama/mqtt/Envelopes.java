package dev.mama.mqtt;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Deadline;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Trace;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Kind;
import dev.mama.spi.Envelope.Sequence;
import java.util.List;
import java.util.UUID;

/** Envelopes for tests. */
final class Envelopes {

  static final AgentId ALICE = AgentId.of("alice");
  static final AgentId BOB = AgentId.of("bob");

  private Envelopes() {}

  /** An experiment that no other test uses. */
  static ExperimentId newExperiment() {
    return ExperimentId.of("exp-" + UUID.randomUUID());
  }

  /** A message from alice to {@code to}, the {@code number}th. */
  static Envelope envelope(ExperimentId experiment, AgentId to, String text, long number) {
    var message =
        new Message(
            UUID.randomUUID(),
            ALICE,
            to,
            Channel.AGENT_CHAT,
            Payload.text(text),
            Trace.start(),
            Deadline.NONE);
    return new Envelope(experiment, Kind.SEND, message, new Sequence(1, number), null, List.of());
  }
}
