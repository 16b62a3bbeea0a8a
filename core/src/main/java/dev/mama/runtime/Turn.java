package dev.mama.runtime;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.ChatException;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatRequest.Caller;
import dev.mama.ChatStream;
import dev.mama.Delivery;
import dev.mama.Event;
import dev.mama.Message;
import dev.mama.Need;
import dev.mama.Payload;
import dev.mama.Rating;
import dev.mama.Referral;
import dev.mama.Scheduled;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.spi.ChatModel;
import dev.mama.spi.Envelope.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The context of one turn. */
sealed class Turn implements AgentContext permits DurableTurn {

  private final Cell cell;
  private final Letter letter;
  private final Turns turns;
  final Worker by;
  private final Router router;
  private final GroupOptions options;
  private final Thread thread = Thread.currentThread();
  private @Nullable Trace step; // made when first needed

  /** Those opened, or null while there is none, which is the common case. */
  private @Nullable List<ChatStream> streams;

  /** Made when help is first looked for. */
  private @Nullable Helpers helpers;

  private boolean answered;
  private volatile boolean ended;

  /**
   * @param by the worker that runs the turn, on this thread
   */
  Turn(Cell cell, Letter letter, Turns turns, Worker by) {
    this.cell = cell;
    this.letter = letter;
    this.turns = turns;
    this.by = by;
    this.router = turns.router();
    this.options = turns.options();
  }

  /** Makes this context unusable; returns whether the message has not been answered. */
  boolean end() {
    ended = true;
    if (streams != null) {
      streams.forEach(ChatStream::close);
    }
    return !answered;
  }

  @Override
  public AgentId self() {
    return cell.id;
  }

  @Override
  public final void send(AgentId to, Payload payload) throws InterruptedException {
    check();
    post(to, payload);
  }

  void post(AgentId to, Payload payload) throws InterruptedException {
    cell.outbox().send(to, payload, step(), by);
  }

  @Override
  public Delivery trySend(AgentId to, Payload payload) {
    check();
    return cell.outbox().trySend(to, payload, step(), by);
  }

  @Override
  public Payload ask(AgentId to, Payload payload, Duration timeout) throws InterruptedException {
    check();
    return helpers == null || !helpers.has(to)
        ? askAny(to, payload, timeout)
        : helpers.ask(to, () -> askAny(to, payload, timeout));
  }

  private Payload askAny(AgentId to, Payload payload, Duration timeout)
      throws InterruptedException {
    return cell.outbox()
        .ask(to, payload, timeout, step(), message().deadline(), letter.waiting(), by);
  }

  @Override
  public final void reply(Payload payload) throws InterruptedException {
    check();
    if (answered) {
      throw new IllegalStateException(
          "message %s has already been answered by '%s'".formatted(message().id(), cell.id));
    }
    if (letter.isAsk()) {
      answer(Kind.REPLY, payload);
    } else {
      post(message().from(), payload);
    }
    answered = true;
  }

  void answer(Kind kind, Payload payload) throws InterruptedException {
    cell.outbox().answer(message(), kind, payload, by);
  }

  @Override
  public ChatReply chat(ChatRequest request) throws InterruptedException {
    check();
    ChatModel model = model();
    Trace trace = step();
    long start = options.time().nanos();
    Worker.waits(by);
    try {
      ChatReply reply = model.chat(within(trace, request));
      answered(request, reply, trace);
      return reply;
    } catch (ChatException e) {
      failed(model, e, start, trace);
      throw e;
    } finally {
      Worker.goesOn(by);
    }
  }

  @Override
  public ChatStream stream(ChatRequest request) throws InterruptedException {
    check();
    ChatModel model = model();
    Trace trace = step();
    long start = options.time().nanos();
    Worker.waits(by);
    try {
      var stream =
          new TurnStream(
              model.stream(within(trace, request)),
              by,
              this::check,
              reply -> answered(request, reply, trace),
              failure -> failed(model, failure, start, trace),
              () -> turns.recorder().called(cell.id, unread(model, start), trace));
      List<ChatStream> all = streams == null ? new ArrayList<>(1) : streams;
      all.add(stream);
      streams = all;
      return stream;
    } catch (ChatException e) {
      failed(model, e, start, trace);
      throw e;
    } finally {
      Worker.goesOn(by);
    }
  }

  /** The model has answered {@code request} for good. */
  void answered(ChatRequest request, ChatReply reply, Trace trace) {
    turns.recorder().called(cell.id, reply, trace);
  }

  @Override
  public Referral findHelp(Need need) throws InterruptedException {
    check();
    return helpers().find(need);
  }

  @Override
  public void recordDecision(Referral referral) {
    check();
    turns
        .recorder()
        .decided(cell.id, Objects.requireNonNull(referral, "referral"), message().trace());
  }

  @Override
  public void rate(Referral referral, Rating rating) throws InterruptedException {
    check();
    helpers().rate(referral, rating);
  }

  private Helpers helpers() {
    Helpers made = helpers;
    if (made == null) {
      made = new Helpers(cell, message(), turns, by);
      helpers = made;
    }
    return made;
  }

  @Override
  public void recordState(Record state) throws InterruptedException {
    check();
    keep(turns.recorder().state(cell.id, Payload.of(state), message().trace()));
  }

  @Override
  public void record(String kind, Record body) throws InterruptedException {
    check();
    keep(turns.recorder().event(cell.id, kind, Payload.of(body), message().trace()));
  }

  @Override
  public void metric(String name, double value) throws InterruptedException {
    check();
    keep(turns.recorder().metric(cell.id, name, value, message().trace()));
  }

  /** Records {@code row}. */
  void keep(Event row) throws InterruptedException {
    turns.recorder().keep(row);
  }

  @Override
  public Scheduled schedule(Duration delay, Payload payload) {
    check();
    Trace trace = step();
    return turns.schedule().once(delay, () -> router.toSelf(cell, payload, trace));
  }

  @Override
  public Scheduled scheduleEvery(Duration period, Payload payload) {
    check();
    return turns.schedule().every(period, () -> router.toSelf(cell, payload, Trace.start()));
  }

  @Override
  public void join(String topic) throws InterruptedException {
    check();
    turns.topics().join(topic, cell, by);
  }

  @Override
  public void leave(String topic) throws InterruptedException {
    check();
    turns.topics().leave(topic, cell, by);
  }

  @Override
  public int publish(String topic, Payload payload) throws InterruptedException {
    check();
    return turns.topics().publish(cell, topic, payload, step(), by);
  }

  @Override
  public <T> T compute(Callable<T> arithmetic) throws Exception {
    check();
    Future<T> result = turns.compute(arithmetic);
    Worker.waits(by);
    try {
      return result.get();
    } catch (InterruptedException e) {
      result.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      throw switch (e.getCause()) {
        case Exception failure -> failure;
        case Error error -> throw error;
        case null, default -> e;
      };
    } finally {
      Worker.goesOn(by);
    }
  }

  @Override
  public RandomGenerator random() {
    check();
    return cell.random();
  }

  @Override
  public Time time() {
    return options.time();
  }

  final Message message() {
    return letter.message();
  }

  /** This turn's step in the trace of its message; what the turn sends is sent in it. */
  final Trace step() {
    Trace made = step;
    if (made == null) {
      made = message().trace().child();
      step = made;
    }
    return made;
  }

  private ChatModel model() {
    ChatModel model = options.chatModel();
    if (model == null) {
      throw new IllegalStateException(
          "group '%s' has no chat model; give it one with chatModel(…)".formatted(options.name()));
    }
    return model;
  }

  /** What is known of an answer that its reader left; nobody has counted its tokens. */
  private ChatReply unread(ChatModel model, long start) {
    Duration took = Duration.ofNanos(options.time().nanos() - start);
    return new ChatReply("", model.name(), 0, 0, Duration.ZERO, took);
  }

  private void failed(ChatModel model, ChatException e, long start, Trace trace) {
    Duration took = Duration.ofNanos(options.time().nanos() - start);
    turns.recorder().called(cell.id, model.name(), e, took, trace);
  }

  private ChatRequest within(Trace trace, ChatRequest request) {
    return request
        .within(trace, request.deadline().earlier(message().deadline()))
        .by(new Caller(options.experiment(), options.name(), cell.id));
  }

  final void check() {
    if (ended || !thread.equals(Thread.currentThread())) {
      throw new IllegalStateException(
          "the context of agent '%s' is valid during its turn, on the turn's thread only"
              .formatted(cell.id));
    }
  }
}
