package dev.mama.runtime;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatStream;
import dev.mama.Delivery;
import dev.mama.MailboxFullException;
import dev.mama.Message;
import dev.mama.Need;
import dev.mama.Payload;
import dev.mama.Rating;
import dev.mama.Referral;
import dev.mama.Scheduled;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.runtime.StepPlan.Place;
import dev.mama.runtime.StepPlan.Shared;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The context of one step of one agent: what it does takes effect when the step is finished. */
final class StepContext implements AgentContext {

  private interface Effect {
    void happen() throws InterruptedException;
  }

  private final Steps steps;
  private final StepMember member;
  private final long step;
  private final Trace trace;
  private final Turn turn;
  private final List<Message> sent = new ArrayList<>();
  private final List<Effect> effects = new ArrayList<>();
  private final List<Shared> writes = new ArrayList<>();
  private @Nullable RandomGenerator random;
  private boolean ended;

  /**
   * @param wake the message that began the turn
   * @param turn the turn's own context
   */
  StepContext(Steps steps, StepMember member, long step, Message wake, Turn turn) {
    this.steps = steps;
    this.member = member;
    this.step = step;
    this.trace = wake.trace().child();
    this.turn = turn;
  }

  /** Records what is to be recorded. */
  void release() throws InterruptedException {
    for (Effect effect : effects) {
      effect.happen();
    }
  }

  /** Makes this context unusable. */
  void end() {
    ended = true;
  }

  List<Message> sent() {
    return sent;
  }

  List<Shared> writes() {
    return writes;
  }

  @Override
  public AgentId self() {
    return turn.self();
  }

  @Override
  public void send(AgentId to, Payload payload) {
    check();
    Objects.requireNonNull(payload, "payload");
    Place receiver = steps.plan().place(Objects.requireNonNull(to, "to"));
    if (receiver == null) {
      throw new IllegalArgumentException(
          "agent '%s' sent to '%s' in step %d, which is not of these steps; start it with them"
              .formatted(self(), to, step));
    }
    if (!receiver.hears(self())) {
      throw new IllegalArgumentException(
          "agent '%s' sent to '%s' in step %d, which does not declare it as a sender; add '%s' to the senders of '%s'"
              .formatted(self(), to, step, self(), to));
    }
    int most = steps.mailboxCapacity();
    if (sent.size() >= most) {
      throw new MailboxFullException(
          to,
          "agent '%s' sent %d messages in step %d, which is all it may; raise mailboxCapacity"
              .formatted(self(), most, step));
    }
    sent.add(steps.message(member, to, payload, trace, turn.by));
  }

  @Override
  public Delivery trySend(AgentId to, Payload payload) {
    try {
      send(to, payload);
      return new Delivery.Accepted(sent.getLast().id());
    } catch (MailboxFullException e) {
      return new Delivery.Refused(to, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Payload ask(AgentId to, Payload payload, Duration timeout) {
    throw refused(
        "asked '%s'".formatted(to),
        "its reply would come in step %d: send, and read the answer there".formatted(step + 1));
  }

  @Override
  public void reply(Payload payload) {
    throw refused("replied", "a step has many messages: send to the one you mean");
  }

  @Override
  public ChatReply chat(ChatRequest request) throws InterruptedException {
    return turn.chat(request);
  }

  @Override
  public ChatStream stream(ChatRequest request) throws InterruptedException {
    return turn.stream(request);
  }

  @Override
  public Referral findHelp(Need need) throws InterruptedException {
    check();
    Referral referral = steps.find(member, need, step, random(), turn.by);
    effects.add(() -> steps.recorder().decided(self(), referral, trace));
    return referral;
  }

  @Override
  public void recordDecision(Referral referral) {
    check();
    Objects.requireNonNull(referral, "referral");
    effects.add(() -> steps.recorder().decided(self(), referral, trace));
  }

  @Override
  public void rate(Referral referral, Rating rating) {
    check();
    if (referral.chosen().isEmpty()) {
      throw new IllegalArgumentException("the referral chose nobody to rate");
    }
    writes.add(new Shared(self(), () -> steps.rate(self(), referral, rating, trace)));
  }

  @Override
  public void recordState(Record state) {
    check();
    Objects.requireNonNull(state, "state");
    effects.add(() -> turn.recordState(state));
  }

  @Override
  public void record(String kind, Record body) {
    check();
    effects.add(() -> turn.record(kind, body));
  }

  @Override
  public void metric(String name, double value) {
    check();
    effects.add(() -> turn.metric(name, value));
  }

  @Override
  public Scheduled schedule(Duration delay, Payload payload) {
    throw refused("scheduled a message", "count steps instead");
  }

  @Override
  public Scheduled scheduleEvery(Duration period, Payload payload) {
    throw refused("scheduled messages", "it acts in each step anyway");
  }

  @Override
  public void join(String topic) {
    throw topics(topic);
  }

  @Override
  public void leave(String topic) {
    throw topics(topic);
  }

  @Override
  public int publish(String topic, Payload payload) {
    throw topics(topic);
  }

  @Override
  public <T> T compute(Callable<T> arithmetic) throws Exception {
    return turn.compute(arithmetic);
  }

  @Override
  public RandomGenerator random() {
    check();
    RandomGenerator made = random;
    if (made == null) {
      made = new SplittableRandom(steps.seedOf(self()) + step * 0x9e3779b97f4a7c15L);
      random = made;
    }
    return made;
  }

  @Override
  public Time time() {
    return turn.time();
  }

  private UnsupportedOperationException topics(String topic) {
    return refused(
        "used topic '%s'".formatted(topic), "send to the agents that declare it as a sender");
  }

  private UnsupportedOperationException refused(String what, String next) {
    check();
    return new UnsupportedOperationException(
        "agent '%s' %s in step %d, which steps do not have; %s"
            .formatted(self(), what, step, next));
  }

  private void check() {
    if (ended) {
      throw new IllegalStateException(
          "the context of agent '%s' is valid during its step only".formatted(self()));
    }
  }
}
