package dev.mama.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Deadline;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Kind;
import dev.mama.spi.Envelope.Sequence;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What {@link TransportContract} sends. */
final class TransportEnvelopes {

  static final AgentId ALICE = AgentId.of("alice");
  static final AgentId BOB = AgentId.of("bob-1.x_y");

  private TransportEnvelopes() {}

  /** One envelope of each kind; together they use every field. */
  static Stream<Envelope> shapes() {
    ExperimentId any = ExperimentId.of("any");
    Message plain = message(ALICE, BOB, "hello");
    Message toUserChannel =
        new Message(
            UUID.randomUUID(),
            AgentId.of("user"),
            BOB,
            Channel.USER_CHAT,
            Payload.encoded("", "{\"text\":\"grüße, 世界 🙂\"}".getBytes(UTF_8)),
            Trace.start(),
            Deadline.after(Duration.ofSeconds(90), Time.system()));
    Message survey =
        new Message(
            UUID.randomUUID(),
            ALICE,
            BOB,
            Channel.USER_SURVEY,
            Payload.of(new Question(List.of("a", "b"), 0.1, null)),
            Trace.start().child(),
            Deadline.NONE);
    UUID asked = UUID.randomUUID();
    return Stream.of(
        new Envelope(any, Kind.SEND, plain, null, null, List.of()),
        new Envelope(any, Kind.SEND, toUserChannel, new Sequence(1, 1), null, List.of()),
        new Envelope(
            any, Kind.ASK, survey, new Sequence(Long.MAX_VALUE, 7), null, List.of(ALICE, BOB)),
        new Envelope(any, Kind.REPLY, plain, null, asked, List.of()),
        new Envelope(
            any,
            Kind.FAILURE,
            new Message(
                UUID.randomUUID(),
                ALICE,
                BOB,
                Channel.AGENT_CHAT,
                Payload.of(new Envelope.Failure(Envelope.Failure.Reason.FULL, "64 messages")),
                Trace.start(),
                Deadline.NONE),
            null,
            asked,
            List.of()));
  }

  private record Question(List<String> options, double weight, @Nullable String note) {}

  static List<AgentId> agents(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> AgentId.of(prefix + "-" + i)).toList();
  }

  /** A message that is the {@code number}th from {@code from} to {@code to}. */
  static Envelope numbered(
      ExperimentId experiment, AgentId from, AgentId to, String text, long number) {
    return new Envelope(
        experiment, Kind.SEND, message(from, to, text), new Sequence(1, number), null, List.of());
  }

  /** A message from {@code from} to all that subscribed for {@code topic}. */
  static Envelope published(ExperimentId experiment, AgentId from, String topic, String text) {
    Message message = message(from, AgentId.of(topic), text);
    return new Envelope(experiment, Kind.SEND, message, null, null, List.of());
  }

  /** What a message of {@link #published} says. */
  static String text(Envelope envelope) {
    return envelope.message().payload().as(Payload.Text.class).text();
  }

  /** The same in another experiment. */
  static Envelope in(ExperimentId experiment, Envelope e) {
    return new Envelope(experiment, e.kind(), e.message(), e.sequence(), e.answers(), e.waiting());
  }

  private static Message message(AgentId from, AgentId to, String text) {
    return new Message(
        UUID.randomUUID(),
        from,
        to,
        Channel.AGENT_CHAT,
        Payload.text(text),
        Trace.start(),
        Deadline.NONE);
  }

  /** Their places in line, 0 where there is none. */
  static List<Long> numbers(List<Envelope> envelopes) {
    return envelopes.stream().map(e -> e.sequence() == null ? 0 : e.sequence().number()).toList();
  }

  static boolean isNumber(Envelope envelope, long number) {
    return numbers(List.of(envelope)).equals(List.of(number));
  }
}
