package dev.mama.replay;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatStream;
import dev.mama.Delivery;
import dev.mama.Need;
import dev.mama.Payload;
import dev.mama.Rating;
import dev.mama.Referral;
import dev.mama.Scheduled;
import dev.mama.Time;
import dev.mama.replay.Tape.Note;
import java.time.Duration;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The context of a turn on a tape: what the agent does is noted, or answered from notes. */
final class TapedContext implements AgentContext {

  private interface Act {
    void happen() throws InterruptedException;
  }

  private final AgentId self;
  private final Tape tape;
  private final @Nullable AgentContext real;

  /**
   * @param real what makes things happen, or null where the tape has all answers
   */
  TapedContext(AgentId self, Tape tape, @Nullable AgentContext real) {
    this.self = self;
    this.tape = tape;
    this.real = real;
  }

  private AgentContext real() {
    if (real == null) {
      throw new IllegalStateException("nothing happens really in a run from notes");
    }
    return real;
  }

  private void act(String kind, String argument, Act act) throws InterruptedException {
    Tape.Call<@Nullable Void> call =
        () -> {
          act.happen();
          return null;
        };
    Function<@Nullable Void, Note> write = nothing -> Note.NOTHING;
    Function<Happening, @Nullable Void> read = noted -> null;
    tape.call(kind, argument, call, write, read);
  }

  @Override
  public AgentId self() {
    return self;
  }

  @Override
  public void send(AgentId to, Payload payload) throws InterruptedException {
    act("sent", to + " " + Notes.payload(payload), () -> real().send(to, payload));
  }

  @Override
  public Delivery trySend(AgentId to, Payload payload) {
    return tape.now(
        "tried",
        to + " " + Notes.payload(payload),
        () -> real().trySend(to, payload),
        delivery ->
            switch (delivery) {
              case Delivery.Accepted(UUID id) -> new Note("accepted", id.toString());
              case Delivery.Refused(AgentId agent, String reason) -> new Note("refused", reason);
            },
        noted ->
            noted.result().equals("accepted")
                ? new Delivery.Accepted(UUID.fromString(noted.aside()))
                : new Delivery.Refused(to, noted.aside()));
  }

  @Override
  public Payload ask(AgentId to, Payload payload, Duration timeout) throws InterruptedException {
    return tape.call(
        "asked",
        to + " " + Notes.payload(payload),
        () -> real().ask(to, payload, timeout),
        reply -> new Note(Notes.payload(reply), ""),
        noted -> Notes.payload(noted.result()));
  }

  @Override
  public void reply(Payload payload) throws InterruptedException {
    act("replied", Notes.payload(payload), () -> real().reply(payload));
  }

  @Override
  public ChatReply chat(ChatRequest request) throws InterruptedException {
    return tape.call(
        "chatted", Notes.asked(request), () -> real().chat(request), Notes::answer, Notes::answer);
  }

  /** As one piece: what is noted is the answer, and not when which part of it came. */
  @Override
  public ChatStream stream(ChatRequest request) throws InterruptedException {
    return ChatStream.of(chat(request));
  }

  @Override
  public Referral findHelp(Need need) throws InterruptedException {
    return tape.call(
        "sought",
        need.text(),
        () -> real().findHelp(need),
        Notes::referral,
        noted -> Notes.referral(need, noted));
  }

  @Override
  public void recordDecision(Referral referral) {
    tape.now(
        "decided",
        referral.chosen().map(AgentId::value).orElse("nobody"),
        () -> {
          real().recordDecision(referral);
          return referral;
        },
        recorded -> Note.NOTHING,
        noted -> referral);
  }

  @Override
  public void rate(Referral referral, Rating rating) throws InterruptedException {
    String argument =
        "%s %s %s %s"
            .formatted(
                referral.chosen().map(AgentId::value).orElse("nobody"),
                rating.quality(),
                rating.answered(),
                new TreeMap<>(rating.others()));
    act("rated", argument, () -> real().rate(referral, rating));
  }

  @Override
  public void recordState(Record state) throws InterruptedException {
    act("state", Notes.payload(Payload.of(state)), () -> real().recordState(state));
  }

  @Override
  public void record(String kind, Record body) throws InterruptedException {
    act("event", kind + " " + Notes.payload(Payload.of(body)), () -> real().record(kind, body));
  }

  @Override
  public void metric(String name, double value) throws InterruptedException {
    act("metric", name + " " + value, () -> real().metric(name, value));
  }

  @Override
  public Scheduled schedule(Duration delay, Payload payload) {
    return scheduled(
        "scheduled", Notes.delay(delay, payload), () -> real().schedule(delay, payload));
  }

  @Override
  public Scheduled scheduleEvery(Duration period, Payload payload) {
    return scheduled(
        "repeated", Notes.delay(period, payload), () -> real().scheduleEvery(period, payload));
  }

  private Scheduled scheduled(String kind, String argument, Tape.Call<Scheduled> call) {
    return tape.now(kind, argument, call, scheduled -> Note.NOTHING, noted -> () -> {});
  }

  @Override
  public void join(String topic) throws InterruptedException {
    act("joined", topic, () -> real().join(topic));
  }

  @Override
  public void leave(String topic) throws InterruptedException {
    act("left", topic, () -> real().leave(topic));
  }

  @Override
  public int publish(String topic, Payload payload) throws InterruptedException {
    return tape.call(
        "published",
        topic + " " + Notes.payload(payload),
        () -> real().publish(topic, payload),
        count -> new Note(Integer.toString(count), ""),
        noted -> Integer.parseInt(noted.result()));
  }

  /** Not noted: arithmetic gives the same again. */
  @Override
  public <T> T compute(Callable<T> arithmetic) throws Exception {
    return real == null ? arithmetic.call() : real.compute(arithmetic);
  }

  /** All other methods of a generator are made of these two. */
  @Override
  public RandomGenerator random() {
    return new RandomGenerator() {
      @Override
      public long nextLong() {
        return tape.now(
            "drew",
            "long",
            () -> real().random().nextLong(),
            drawn -> new Note(Long.toString(drawn), ""),
            noted -> Long.parseLong(noted.result()));
      }

      @Override
      public int nextInt() {
        return tape.now(
            "drew",
            "int",
            () -> real().random().nextInt(),
            drawn -> new Note(Integer.toString(drawn), ""),
            noted -> Integer.parseInt(noted.result()));
      }
    };
  }

  @Override
  public Time time() {
    return new TapedTime(tape, real == null ? null : real.time());
  }
}
