package dev.mama.runtime;

import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.AskCycleException;
import dev.mama.AskTimeoutException;
import dev.mama.Channel;
import dev.mama.Deadline;
import dev.mama.Delivery;
import dev.mama.MailboxFullException;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.PayloadException;
import dev.mama.Trace;
import dev.mama.UnknownAgentException;
import dev.mama.runtime.Outstanding.Share;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Failure;
import dev.mama.spi.Envelope.Kind;
import dev.mama.spi.Envelope.Sequence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One sender's side of its messages: gives them their ids, numbers those that leave the group,
 * waits for answers.
 *
 * <p>Whoever sends names the worker whose turn sends, on that worker's thread, or null: the worker
 * counts the message, gives it its id, and lends its permit while the sender waits.
 *
 * <p>Thread-safe. A line's lock is held while a transport takes a message over, so that its number
 * and its place in the line agree; it is not held while waiting for an answer.
 */
final class Outbox {

  private final AgentId self;
  private final long incarnation;
  private final Router router;
  private final GroupOptions options;
  private final AtomicLong ids = new AtomicLong();
  private final ConcurrentMap<AgentId, Line> lines = new ConcurrentHashMap<>();

  /** What leaves the group from here for one receiver. */
  private static final class Line {
    final ReentrantLock lock = new ReentrantLock();
    long sent; // guarded by lock
  }

  Outbox(AgentId self, long incarnation, Router router, GroupOptions options) {
    this.self = self;
    this.incarnation = incarnation;
    this.router = router;
    this.options = options;
  }

  AgentId self() {
    return self;
  }

  /** Whether {@code envelope} was sent by this start of this sender. */
  boolean sent(Envelope envelope) {
    Sequence sequence = envelope.sequence();
    return sequence != null
        && sequence.incarnation() == incarnation
        && envelope.message().from().equals(self);
  }

  void send(AgentId to, Payload payload, Trace trace, @Nullable Worker by)
      throws InterruptedException {
    handOver(Kind.SEND, message(to, payload, trace, by), List.of(), by);
  }

  Delivery trySend(AgentId to, Payload payload, Trace trace, @Nullable Worker by) {
    return router.trySend(message(to, payload, trace, by), by);
  }

  Payload ask(
      AgentId to,
      Payload payload,
      Duration timeout,
      Trace trace,
      Deadline deadline,
      List<AgentId> waiting,
      @Nullable Worker by)
      throws InterruptedException {
    return ask(to, Channel.AGENT_CHAT, payload, timeout, trace, deadline, waiting, by);
  }

  /**
   * @param waiting the agents that wait for this sender's own answer, the first asker first
   */
  Payload ask(
      AgentId to,
      Channel channel,
      Payload payload,
      Duration timeout,
      Trace trace,
      Deadline deadline,
      List<AgentId> waiting,
      @Nullable Worker by)
      throws InterruptedException {
    var path = new ArrayList<>(waiting);
    path.add(self);
    if (path.contains(to)) {
      path.add(to);
      throw new AskCycleException(path);
    }
    Deadline end = Deadline.after(timeout, options.time()).earlier(deadline);
    Duration limit = end.remaining(options.time());
    Message message = message(to, channel, payload, trace, end, by);
    var answer = router.asks().open(message.id(), to);
    try {
      handOver(Kind.ASK, message, path, by);
      return unwrap(await(answer, end.remaining(options.time()), by));
    } catch (TimeoutException e) {
      throw new AskTimeoutException(to, limit);
    } finally {
      router.asks().close(message.id(), to);
    }
  }

  private Envelope await(CompletableFuture<Envelope> answer, Duration limit, @Nullable Worker by)
      throws InterruptedException, TimeoutException {
    if (answer.isDone()) {
      return answer.join();
    }
    Worker.waits(by);
    try {
      return Waits.get(options.time(), answer, limit);
    } finally {
      Worker.goesOn(by);
    }
  }

  /** Answers {@code asked}; the answer carries no number, for it goes straight to whoever waits. */
  void answer(Message asked, Kind kind, Payload payload, @Nullable Worker by)
      throws InterruptedException {
    router.answer(
        new Envelope(
            options.experiment(),
            kind,
            message(asked.from(), payload, asked.trace().child(), by),
            null,
            asked.id(),
            List.of()));
  }

  /**
   * Into a mailbox of this group without a number, for there order needs none; else with the next
   * one.
   */
  private void handOver(Kind kind, Message message, List<AgentId> waiting, @Nullable Worker by)
      throws InterruptedException {
    Cell cell = router.local(message.to());
    if (cell instanceof DurableCell durable && kind == Kind.SEND) {
      durable.accept(message, by);
      return;
    }
    if (cell != null) {
      router.deliver(
          cell,
          kind == Kind.ASK
              ? Letter.of(envelope(kind, message, null, waiting), options.time())
              : Letter.sent(message, options.time()),
          by);
      return;
    }
    Worker.waits(by);
    try {
      router.awaitRoom(message.to());
      sendOut(kind, message, waiting);
    } finally {
      Worker.goesOn(by);
    }
  }

  private void sendOut(Kind kind, Message message, List<AgentId> waiting)
      throws InterruptedException {
    Line line = line(message.to());
    line.lock.lockInterruptibly();
    try {
      router.sendOut(numbered(line, kind, message, waiting));
    } catch (UnknownAgentException | PayloadException e) {
      // Surely not accepted. After any other failure it may have been, and then its number is
      // taken.
      line.sent--;
      throw e;
    } finally {
      line.lock.unlock();
    }
  }

  private Line line(AgentId to) {
    return lines.computeIfAbsent(to, receiver -> new Line());
  }

  /** What the transport takes to those who listen to {@code topic}. */
  Envelope published(AgentId topic, Payload payload, Trace trace, @Nullable Worker by) {
    return envelope(Kind.SEND, message(topic, payload, trace, by), null, List.of());
  }

  /** A message of this sender's, without a deadline. */
  Message message(AgentId to, Payload payload, Trace trace, @Nullable Worker by) {
    return message(to, Channel.AGENT_CHAT, payload, trace, Deadline.NONE, by);
  }

  /** By the line's lock. */
  private Envelope numbered(Line line, Kind kind, Message message, List<AgentId> waiting) {
    return envelope(kind, message, new Sequence(incarnation, ++line.sent), waiting);
  }

  private Envelope envelope(
      Kind kind, Message message, @Nullable Sequence sequence, List<AgentId> waiting) {
    return new Envelope(options.experiment(), kind, message, sequence, null, waiting);
  }

  /**
   * The next message to {@code to}, elsewhere, with its number; sent once its turn has committed.
   */
  Envelope next(AgentId to, Payload payload, Trace trace, Worker by) {
    Line line = line(to);
    line.lock.lock();
    try {
      return numbered(line, Kind.SEND, message(to, payload, trace, by), List.of());
    } finally {
      line.lock.unlock();
    }
  }

  /** The last number to {@code to} was not used. */
  void takeBack(AgentId to) {
    Line line = line(to);
    line.lock.lock();
    try {
      line.sent--;
    } finally {
      line.lock.unlock();
    }
  }

  /**
   * Whether nothing of this sender has left the group, so that nothing is lost with its numbers.
   */
  boolean hasNumberedNone() {
    return lines.isEmpty();
  }

  /** The id comes from the worker's own count where a turn of this sender's makes the message. */
  private Message message(
      AgentId to,
      Channel channel,
      Payload payload,
      Trace trace,
      Deadline deadline,
      @Nullable Worker by) {
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(payload, "payload");
    Share share = by == null ? null : by.share();
    long high = share == null ? incarnation : share.incarnation();
    long low = share == null ? ids.incrementAndGet() : share.nextId();
    return new Message(high, low, self, to, channel, payload, trace, deadline);
  }

  private static Payload unwrap(Envelope answer) {
    Message message = answer.message();
    if (answer.kind() == Kind.REPLY) {
      return message.payload();
    }
    Failure failure = message.payload().as(Failure.class);
    throw switch (failure.reason()) {
      case FAILED -> new AgentFailedException(message.from(), failure.detail());
      case FULL -> new MailboxFullException(message.from(), failure.detail());
      case UNKNOWN -> new UnknownAgentException(message.from());
    };
  }
}
