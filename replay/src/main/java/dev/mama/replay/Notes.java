package dev.mama.replay;

import dev.mama.AgentId;
import dev.mama.Candidate;
import dev.mama.Channel;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatTool;
import dev.mama.Deadline;
import dev.mama.Decision;
import dev.mama.Message;
import dev.mama.Need;
import dev.mama.Payload;
import dev.mama.Referral;
import dev.mama.State;
import dev.mama.Trace;
import dev.mama.replay.Tape.Note;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;

/** How what goes in and out of a turn is noted, and made of a note again. */
final class Notes {

  /** A message but for its payload. */
  private record Envelope(String id, String trace, long deadlineNanos) {}

  private record Asked(
      Object messages, Object temperature, Object maxTokens, List<String> tools, Object format) {}

  private record Answer(
      String text, List<ChatTool.Call> toolCalls, ChatReply.Finish finish, String model) {}

  private record Found(
      List<Candidate> candidates,
      List<Float> state,
      int described,
      int choice,
      List<Double> scores,
      double propensity,
      String policy) {}

  private Notes() {}

  static String json(Object any) {
    return RunFormat.JSON.writeValueAsString(any);
  }

  private static <T> T value(String json, Class<T> type) {
    return RunFormat.JSON.readValue(json, type);
  }

  /** The type and the JSON. */
  static String payload(Payload payload) {
    return payload.type() + " " + new String(payload.json(), StandardCharsets.UTF_8);
  }

  static Payload payload(String note) {
    int space = note.indexOf(' ');
    return Payload.encoded(
        note.substring(0, space), note.substring(space + 1).getBytes(StandardCharsets.UTF_8));
  }

  static Happening arrived(Message message) {
    return new Happening(
        "arrived",
        "",
        "%s %s %s".formatted(message.from(), message.channel().level(), payload(message.payload())),
        json(
            new Envelope(
                message.id().toString(),
                message.trace().traceparent(),
                message.deadline().atNanos())));
  }

  static Message message(Happening arrived, AgentId to) {
    Envelope envelope = value(arrived.aside(), Envelope.class);
    int from = arrived.result().indexOf(' ');
    int channel = arrived.result().indexOf(' ', from + 1);
    return new Message(
        UUID.fromString(envelope.id()),
        AgentId.of(arrived.result().substring(0, from)),
        to,
        Channel.ofLevel(arrived.result().substring(from + 1, channel)),
        payload(arrived.result().substring(channel + 1)),
        Trace.parse(envelope.trace()),
        new Deadline(envelope.deadlineNanos()));
  }

  /** What decides about the answer. */
  static String asked(ChatRequest request) {
    return json(
        new Asked(
            request.messages(),
            request.temperature(),
            request.maxTokens(),
            request.tools().stream().map(ChatTool::name).toList(),
            request.format()));
  }

  static Note answer(ChatReply reply) {
    return new Note(
        json(new Answer(reply.text(), reply.toolCalls(), reply.finish(), reply.model())),
        json(reply));
  }

  static ChatReply answer(Happening noted) {
    return value(noted.aside(), ChatReply.class);
  }

  static Note referral(Referral referral) {
    Decision decision = referral.decision();
    return new Note(
        json(
            new Found(
                referral.candidates(),
                floats(referral.state().toArray()),
                referral.state().candidates(),
                decision.choice().orElse(-1),
                decision.scores(),
                decision.propensity(),
                decision.policy())),
        json(referral.timings()));
  }

  static Referral referral(Need need, Happening noted) {
    Found found = value(noted.result(), Found.class);
    return new Referral(
        need,
        found.candidates(),
        new State(floats(found.state()), found.described()),
        new Decision(
            found.choice() < 0 ? OptionalInt.empty() : OptionalInt.of(found.choice()),
            found.scores(),
            found.propensity(),
            found.policy()),
        value(noted.aside(), Referral.Timings.class));
  }

  static String delay(Duration delay, Payload payload) {
    return delay + " " + payload(payload);
  }

  private static List<Float> floats(float[] values) {
    var floats = new ArrayList<Float>(values.length);
    for (float value : values) {
      floats.add(value);
    }
    return floats;
  }

  private static float[] floats(List<Float> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i);
    }
    return floats;
  }
}
