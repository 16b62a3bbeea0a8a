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

  /** The {@code number}th message from {@code from} to {@code to}. */
  static Envelope from(ExperimentId experiment, String from, AgentId to, long number) {
    var message =
        new Message(
            UUID.randomUUID(),
            AgentId.of(from),
            to,
            Channel.AGENT_CHAT,
            Payload.text("numbered"),
            Trace.start(),
            Deadline.NONE);
    return new Envelope(experiment, Kind.SEND, message, new Sequence(1, number), null, List.of());
  }

  /** A message from alice to bob on {@code channel}, without a place in a line. */
  static Envelope on(ExperimentId experiment, Channel channel) {
    return unnumbered(experiment, BOB, channel, Payload.text("on a channel"));
  }

  /** A message from alice to bob, without a place in a line. */
  static Envelope to(ExperimentId experiment, Payload payload) {
    return unnumbered(experiment, BOB, Channel.AGENT_CHAT, payload);
  }

  /** A message from alice to all that subscribed for {@code topic}. */
  static Envelope published(ExperimentId experiment, String topic, Payload payload) {
    return unnumbered(experiment, AgentId.of(topic), Channel.AGENT_CHAT, payload);
  }

  private static Envelope unnumbered(
      ExperimentId experiment, AgentId to, Channel channel, Payload payload) {
    var message =
        new Message(UUID.randomUUID(), ALICE, to, channel, payload, Trace.start(), Deadline.NONE);
    return new Envelope(experiment, Kind.SEND, message, null, null, List.of());
  }
}
