package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatStream;
import dev.mama.Delivery;
import dev.mama.Event;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Scheduled;
import dev.mama.Trace;
import dev.mama.UnknownAgentException;
import dev.mama.runtime.Entry.Position;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The context of one turn of a durable agent: what the turn sends and records is kept here until
 * the turn has committed. Questions leave at once, for their answers are needed in the turn.
 */
final class DurableTurn extends Turn {

  private final DurableCell cell;
  private final Letter letter;
  private final Durables durables;
  private final Router router;
  private final GroupOptions options;
  private final Answers answers;
  private final List<Effect.Kept> kept = new ArrayList<>(2);
  private final List<Effect> passing = new ArrayList<>(0);
  private final IdentityHashMap<Effect.Later, Timers.Handle> handles = new IdentityHashMap<>(0);
  private final List<AgentId> elsewhere = new ArrayList<>(0);
  private final List<Payload> wired = new ArrayList<>(0);
  private @Nullable Set<String> topics; // after this turn, where it joins or leaves
  private int calls;

  DurableTurn(DurableCell cell, Letter letter, Turns turns, Durables durables, Worker by) {
    super(cell, letter, turns, by);
    this.cell = cell;
    this.letter = letter;
    this.durables = durables;
    this.router = turns.router();
    this.options = turns.options();
    this.answers = durables.answers().of(letter);
  }

  @Override
  void post(AgentId to, Payload payload) throws InterruptedException {
    Cell target = router.local(to);
    if (target == null) {
      if (options.transport() == null) {
        throw new UnknownAgentException(to);
      }
      elsewhere.add(to);
      wired.add(payload);
      return;
    }
    target.checkRunning();
    durables.awaitRoom(target, by);
    add(target, payload);
  }

  private Message add(Cell target, Payload payload) {
    Message message = cell.outbox().message(target.id, payload, step(), by);
    if (target instanceof DurableCell) {
      payload.json(); // fails here where it cannot be written
      kept.add(new Effect.Deliver(message));
    } else {
      passing.add(new Effect.Tell(message));
    }
    return message;
  }

  @Override
  public Delivery trySend(AgentId to, Payload payload) {
    check();
    Cell target = router.local(to);
    if (target == null) {
      return new Delivery.Refused(to, "it is not reached without waiting; use send");
    }
    target.checkRunning();
    return target.size() > options.mailboxCapacity()
        ? new Delivery.Refused(
            to, "its mailbox is full (%d messages)".formatted(options.mailboxCapacity()))
        : new Delivery.Accepted(add(target, payload).id());
  }

  @Override
  void answer(Kind kind, Payload payload) {
    passing.add(new Effect.Answer(message(), kind, payload));
  }

  @Override
  void keep(Event row) {
    if (durables.isRecorded(row)) {
      kept.add(new Effect.Row(row));
    }
  }

  @Override
  public int publish(String topic, Payload payload) {
    check();
    AgentId.of(topic);
    passing.add(new Effect.Publish(topic, payload, step()));
    return durables.members(topic);
  }

  @Override
  public void join(String topic) {
    check();
    AgentId.of(topic); // the same rule: it is a level of a topic on the wire
    topics().add(topic);
  }

  private Set<String> topics() {
    Set<String> made = topics;
    if (made == null) {
      made = new TreeSet<>(cell.topics());
      topics = made;
    }
    return made;
  }

  @Override
  public void leave(String topic) {
    check();
    topics().remove(topic);
  }

  @Override
  public Scheduled schedule(Duration delay, Payload payload) {
    check();
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay %s must not be negative".formatted(delay));
    }
    Message message = cell.outbox().message(cell.id, payload, step(), by);
    var later = new Effect.Later(message, options.time().now().plus(delay).toEpochMilli());
    var handle = new Timers.Handle();
    kept.add(later);
    handles.put(later, handle);
    return handle;
  }

  @Override
  public Scheduled scheduleEvery(Duration period, Payload payload) {
    check();
    throw new UnsupportedOperationException(
        "a period of durable agent '%s' could not be ended after a kill, for nobody would have its handle; schedule the next message in each turn"
            .formatted(cell.id));
  }

  @Override
  public RandomGenerator random() {
    check();
    return cell.random();
  }

  @Override
  public ChatReply chat(ChatRequest request) throws InterruptedException {
    check();
    Optional<ChatReply> known = answers.find(calls, Answers.digest(request));
    if (known.isPresent()) {
      calls++;
      return known.get();
    }
    return super.chat(keyed(request));
  }

  @Override
  public ChatStream stream(ChatRequest request) throws InterruptedException {
    check();
    Optional<ChatReply> known = answers.find(calls, Answers.digest(request));
    if (known.isPresent()) {
      calls++;
      return ChatStream.of(known.get());
    }
    return super.stream(keyed(request));
  }

  /** The same key whenever this turn runs again, so that a server may know the call. */
  private ChatRequest keyed(ChatRequest request) {
    return request.idempotencyKey().isPresent()
        ? request
        : request.idempotencyKey("%s-%d".formatted(message().id(), calls));
  }

  @Override
  void answered(ChatRequest request, ChatReply reply, Trace trace) {
    super.answered(request, reply, trace);
    var call = new Answers.Call(calls++, Answers.digest(request), Payload.of(reply));
    answers.add(call);
    durables.answers().keep(letter, call);
  }

  /**
   * What is to be written of the turn that has ended well; null if nothing is.
   *
   * @throws dev.mama.PayloadException if state or a message cannot be written as JSON
   */
  @Nullable Commit commit(Payload state) {
    if (isNothing(state)) {
      return null;
    }
    for (int i = 0; i < elsewhere.size(); i++) {
      kept.add(new Effect.Wire(cell.outbox().next(elsewhere.get(i), wired.get(i), step(), by)));
    }
    Set<String> changed = topics;
    List<String> after = changed == null ? cell.topics() : List.copyOf(changed);
    var commit = new Commit(cell, saved(cell, letter, state, after), kept, passing, letter);
    if (changed != null) {
      commit.joining.addAll(after);
      commit.joining.removeAll(cell.topics());
      commit.leaving.addAll(cell.topics());
      commit.leaving.removeAll(after);
    }
    commit.handles.putAll(handles);
    return commit;
  }

  /** The turn was not put in line after all. */
  void giveUp() {
    for (Effect.Kept effect : kept) {
      if (effect instanceof Effect.Wire wire) {
        cell.outbox().takeBack(wire.envelope().message().to());
      }
    }
  }

  private boolean isNothing(Payload state) {
    Payload before = cell.state();
    return kept.isEmpty()
        && passing.stream().allMatch(effect -> effect instanceof Effect.Answer)
        && wired.isEmpty()
        && !cell.hasDrawn()
        && position(letter).isEmpty()
        && !(letter instanceof Letter.Kept)
        && answers.isEmpty()
        && topics == null
        && before != null
        && Arrays.equals(before.json(), state.json());
  }

  /** What has to be told to whoever asked, where nothing is written. */
  List<Effect> passing() {
    return passing;
  }

  static Entry.Saved saved(
      DurableCell cell, Letter letter, @Nullable Payload state, List<String> topics) {
    return new Entry.Saved(
        cell.id, cell.type(), cell.turns() + 1, state, position(letter).stream().toList(), topics);
  }

  private static Optional<Position> position(Letter letter) {
    Envelope envelope = letter.envelope();
    return envelope == null || envelope.sequence() == null
        ? Optional.empty()
        : Optional.of(new Position(letter.message().from(), envelope.sequence()));
  }
}
