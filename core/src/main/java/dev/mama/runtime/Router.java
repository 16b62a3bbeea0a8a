package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Delivery;
import dev.mama.MailboxFullException;
import dev.mama.MamaException;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.PayloadException;
import dev.mama.Trace;
import dev.mama.UnknownAgentException;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Failure;
import dev.mama.spi.Envelope.Failure.Reason;
import dev.mama.spi.Envelope.Kind;
import dev.mama.spi.Transport;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Brings envelopes to their receivers: into a mailbox of this group, to a waiting caller, or to the
 * transport; and takes in what the transport delivers, without ever making it wait.
 */
final class Router {

  private final GroupOptions options;
  private final @Nullable Transport transport;
  private final Recorder recorder;
  private final Incarnations incarnations;
  private final Outstanding outstanding;
  private final Executor executor;
  private final Schedule schedule;
  private final Overflow overflow;
  private final HoldBack holdBack;
  private final Asks asks = new Asks();
  private final ConcurrentMap<AgentId, Cell> cells = new ConcurrentHashMap<>();
  private final ConcurrentMap<AgentId, Outbox> clients = new ConcurrentHashMap<>();
  private volatile boolean closing;
  private final Counter duplicates;
  private final Counter deadLetters;

  Router(
      GroupOptions options,
      Recorder recorder,
      Incarnations incarnations,
      Outstanding outstanding,
      Executor executor,
      Schedule schedule) {
    this.options = options;
    this.transport = options.transport();
    this.recorder = recorder;
    this.incarnations = incarnations;
    this.outstanding = outstanding;
    this.executor = executor;
    this.schedule = schedule;
    this.overflow = new Overflow(options);
    this.holdBack = new HoldBack(options.time());
    this.duplicates = options.meters().counter("mama.messages.duplicates");
    this.deadLetters = options.meters().counter("mama.messages.dead");
    options.meters().gaugeMapSize("mama.agents", List.of(), cells);
    options
        .meters()
        .more()
        .counter("mama.messages.sent", List.of(), outstanding, Outstanding::sent);
  }

  Asks asks() {
    return asks;
  }

  Overflow overflow() {
    return overflow;
  }

  Collection<Cell> cells() {
    return cells.values();
  }

  Collection<AgentId> addresses() {
    var all = new ArrayList<AgentId>(cells.keySet());
    all.addAll(clients.keySet());
    return all;
  }

  /** False if an agent or a client of that id is there already. */
  boolean add(Cell cell) {
    return !clients.containsKey(cell.id) && cells.putIfAbsent(cell.id, cell) == null;
  }

  /** Takes {@code cell} out, and its subscription with it. */
  void remove(Cell cell) {
    if (cells.remove(cell.id, cell) && transport != null) {
      executor.execute(() -> unsubscribe(transport, cell.id));
    }
  }

  private void unsubscribe(Transport transport, AgentId id) {
    try {
      transport.unsubscribe(options.experiment(), List.of(id));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (MamaException e) {
      recorder.error(
          "agent/" + id, "could not be unsubscribed: %s".formatted(e.getMessage()), null);
    }
  }

  /** False if an agent or a client of that id is there already. */
  boolean add(Outbox client) {
    return !cells.containsKey(client.self()) && clients.putIfAbsent(client.self(), client) == null;
  }

  void remove(Outbox client) {
    clients.remove(client.self(), client);
  }

  /** The agent {@code id}, if messages to it go straight into its mailbox. */
  @Nullable Cell local(AgentId id) {
    return options.routing() == Routing.LOCAL_FIRST ? cells.get(id) : null;
  }

  /** Puts a message into the mailbox of {@code cell}, waiting for room, and records it. */
  void deliver(Cell cell, Letter letter, @Nullable Worker by) throws InterruptedException {
    cell.checkRunning();
    outstanding.add(by);
    boolean accepted = false;
    try {
      accepted = cell.offer(letter, options.mailboxCapacity(), by);
      if (!accepted) {
        Duration left = letter.message().deadline().remaining(options.time());
        Duration limit = left.compareTo(options.sendTimeout()) < 0 ? left : options.sendTimeout();
        Worker.waits(by);
        try {
          accepted =
              cell.offer(letter, options.mailboxCapacity(), limit.toNanos(), options.time(), by);
        } finally {
          Worker.goesOn(by);
        }
        if (!accepted) {
          throw new MailboxFullException(cell.id, options.mailboxCapacity(), limit);
        }
      }
    } finally {
      if (!accepted) {
        outstanding.done(by);
      }
    }
    outstanding.sent(by);
    recorder.sent(letter.message());
    if (by != null) {
      by.hasSent();
    }
  }

  /** Hands a message to the transport; returns once it is accepted and recorded. */
  void sendOut(Envelope envelope) throws InterruptedException {
    Message message = envelope.message();
    if (transport == null) {
      throw new UnknownAgentException(message.to());
    }
    boolean own = cells.containsKey(message.to());
    if (own) {
      outstanding.add(null);
    }
    boolean accepted = false;
    try {
      transport.send(envelope);
      accepted = true;
    } finally {
      if (own && !accepted) {
        outstanding.done(null);
      }
    }
    outstanding.sent(null);
    recorder.sent(message);
  }

  /** Hands a message over if that needs no waiting. */
  Delivery trySend(Message message, @Nullable Worker by) {
    Cell cell = local(message.to());
    if (cell == null) {
      return new Delivery.Refused(message.to(), "it is not reached without waiting; use send");
    }
    cell.checkRunning();
    outstanding.add(by);
    if (!cell.offer(Letter.sent(message), options.mailboxCapacity(), by)) {
      outstanding.done(by);
      return new Delivery.Refused(
          message.to(), "its mailbox is full (%d messages)".formatted(options.mailboxCapacity()));
    }
    outstanding.sent(by);
    recorder.sent(message);
    return new Delivery.Accepted(message.id());
  }

  /**
   * Puts a message of {@code cell}'s own into its mailbox; false if it is full. None comes once the
   * group closes.
   */
  boolean toSelf(Cell cell, Payload payload, Trace trace) {
    return closing || cell.isStopped() || publish(cell, cell, payload, trace, false);
  }

  /**
   * Puts a message of {@code from} into the mailbox of {@code to} without waiting; records it where
   * that is full.
   */
  boolean publish(Cell from, Cell to, Payload payload, Trace trace) {
    return !to.isStopped() && publish(from, to, payload, trace, true);
  }

  private boolean publish(Cell from, Cell to, Payload payload, Trace trace, boolean recordRefusal) {
    Message message = from.outbox().message(to.id, payload, trace);
    Worker by = from == to ? null : from.worker(); // the clock sends an agent's own
    outstanding.add(by);
    if (to.offer(Letter.sent(message), options.mailboxCapacity(), by)) {
      outstanding.sent(by);
      // The clock's thread may be here, which must not wait for the log.
      if (recorder.isOn()) {
        executor.execute(() -> recorder.sent(message));
      }
      return true;
    }
    outstanding.done(by);
    if (recordRefusal) {
      refuse(message, Reason.FULL, full(to));
    }
    return false;
  }

  private String full(Cell cell) {
    return "mailbox of agent '%s' is full (%d messages); raise mailboxCapacity or slow the sender"
        .formatted(cell.id, options.mailboxCapacity());
  }

  private static boolean isFull(Payload payload) {
    try {
      return payload.as(Failure.class).reason() == Reason.FULL;
    } catch (PayloadException e) {
      return false; // from a foreign client
    }
  }

  /** Waits while messages to {@code agent}, elsewhere, are held back because it refuses them. */
  void awaitRoom(AgentId agent) throws InterruptedException {
    holdBack.await(agent, options.sendTimeout());
  }

  /** Counts a message that is dead because its last try has failed. */
  void countDead() {
    deadLetters.increment();
  }

  /** Runs what may wait, for a thread that must not. */
  void elsewhere(Runnable task) {
    executor.execute(task);
  }

  /** From now on the agents' own scheduled messages do not come any more. */
  void closing() {
    closing = true;
  }

  /**
   * Brings an answer to whoever waits for it, here or elsewhere; one that nobody waits for any more
   * is dropped.
   */
  void answer(Envelope answer) throws InterruptedException {
    AgentId asker = answer.message().to();
    boolean here = cells.containsKey(asker) || clients.containsKey(asker);
    if (here && options.routing() == Routing.LOCAL_FIRST) {
      asks.complete(answer);
    } else if (transport != null) {
      transport.send(answer);
    }
    if (answer.kind() == Kind.REPLY) {
      recorder.sent(answer.message());
    }
  }

  /** Takes in what the transport delivers, on the transport's thread, without waiting. */
  void arrive(Envelope envelope) {
    switch (envelope.kind()) {
      case REPLY -> asks.complete(envelope);
      case FAILURE -> {
        if (!asks.complete(envelope)) {
          reportRefusal(envelope.message());
        }
      }
      case SEND, ASK -> {
        Cell cell = cells.get(envelope.message().to());
        if (cell == null) {
          handled(envelope);
          refuse(
              envelope.message(),
              Reason.UNKNOWN,
              "no such agent in group '%s'".formatted(options.name()));
        } else {
          recordForeign(envelope.message());
          cell.inbox().accept(envelope);
        }
      }
    }
  }

  /** A user's message is recorded where it arrives, because its sender keeps no log. */
  private void recordForeign(Message message) {
    if (recorder.isOn() && message.channel() != Channel.AGENT_CHAT) {
      executor.execute(() -> recorder.sent(message));
    }
  }

  Inbox newInbox(Cell cell) {
    return new Inbox(
        envelope -> takeOver(cell, envelope),
        (next, gap) -> skipped(cell, next, gap),
        this::dropDuplicate,
        options.gapLimit(),
        schedule);
  }

  private void dropDuplicate(Envelope envelope) {
    duplicates.increment();
    handled(envelope);
  }

  /** Tells the transport that {@code envelope} is done with, if there was one. */
  void handled(@Nullable Envelope envelope) {
    if (transport != null && envelope != null) {
      transport.handled(envelope);
    }
  }

  private void takeOver(Cell cell, Envelope envelope) {
    if (!isOwn(envelope)) {
      outstanding.add(null);
    }
    if (cell.isStopped() || !overflow.offer(cell, Letter.of(envelope))) {
      outstanding.done(null);
      handled(envelope);
      refuse(envelope.message(), Reason.FULL, full(cell));
    }
  }

  /** Whether this group sent {@code envelope} itself, so that it counts as outstanding already. */
  private boolean isOwn(Envelope envelope) {
    AgentId from = envelope.message().from();
    Cell cell = cells.get(from);
    if (cell != null) {
      return cell.sent(envelope);
    }
    Outbox client = clients.get(from);
    return client != null && client.sent(envelope);
  }

  private void skipped(Cell cell, Envelope next, Inbox.Gap gap) {
    if (isOwn(next)) {
      for (long number = gap.first(); number <= gap.last(); number++) {
        outstanding.done(null);
      }
    }
    executor.execute(() ->
        recorder.error(
            "agent/" + cell.id,
            "messages %d to %d of '%s' did not arrive within %s; going on without them"
                .formatted(gap.first(), gap.last(), gap.sender(), gap.waited()),
            next.message().trace()));
  }

  /**
   * Buries a message that is not taken over; elsewhere, because a transport's thread must not wait.
   */
  private void refuse(Message message, Reason reason, String detail) {
    executor.execute(() -> bury(message, reason, detail));
  }

  private void bury(Message message, Reason reason, String detail) {
    deadLetters.increment();
    recorder.error(
        "agent/" + message.to(),
        "message %s of '%s' is dead: %s".formatted(message.id(), message.from(), detail),
        message.trace());
    fail(outboxOf(message.to()), message, new Failure(reason, detail));
  }

  private Outbox outboxOf(AgentId agent) {
    Cell cell = cells.get(agent);
    return cell != null
        ? cell.outbox()
        : new Outbox(agent, incarnations.next(), null, this, options);
  }

  /**
   * Answers {@code question} with a failure; where that fails too, it is recorded, and the asker's
   * time limit ends it.
   */
  void fail(Outbox from, Message question, Failure failure) {
    try {
      from.answer(question, Kind.FAILURE, Payload.of(failure));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (MamaException e) {
      recorder.error(
          "agent/" + from.self(),
          "failure of message %s could not be told to '%s': %s"
              .formatted(question.id(), question.from(), e.getMessage()),
          question.trace());
    }
  }

  /** A message was sent, and its receiver has not taken it over: what follows is held back. */
  private void reportRefusal(Message message) {
    if (isFull(message.payload())) {
      holdBack.refused(message.from());
    }
    executor.execute(() ->
        recorder.error(
            "agent/" + message.to(),
            "'%s' did not take a message over: %s".formatted(message.from(), message.payload()),
            message.trace()));
  }

  /** Records that a message was taken over and will not be handled, and tells its sender. */
  void bury(Message message, String reason) {
    bury(message, Reason.FAILED, reason);
  }
}
