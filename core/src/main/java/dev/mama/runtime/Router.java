package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.Delivery;
import dev.mama.MailboxFullException;
import dev.mama.MamaException;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Trace;
import dev.mama.UnknownAgentException;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Kind;
import dev.mama.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings envelopes to their receivers: into a mailbox of this group, to a waiting caller, or to the
 * transport.
 */
final class Router {

  private final GroupOptions options;
  private final @Nullable Transport transport;
  private final Recorder recorder;
  private final Incarnations incarnations;
  private final Outstanding outstanding;
  private final Executor executor;
  private final Arrivals arrivals;
  private final HoldBack holdBack;
  private final DeadLetters deadLetters;
  private final Asks asks = new Asks();
  private final Directory cells = new Directory();
  private final ConcurrentMap<AgentId, Outbox> clients = new ConcurrentHashMap<>();

  /** Held while the transport is told of agents that come, or of one that has gone. */
  private final ReentrantLock subscribing = new ReentrantLock();

  /** Always the same one, by which the transport knows what is this group's. */
  private final Consumer<Envelope> receiver;

  private volatile boolean closing;

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
    this.holdBack = new HoldBack(options.time());
    this.deadLetters = new DeadLetters(options, recorder, executor, this::outboxOf);
    this.arrivals = new Arrivals(options, this, recorder, outstanding, schedule);
    this.receiver = arrivals::arrive;
    options.meters().gauge("mama.agents", List.of(), cells, Directory::size);
  }

  Asks asks() {
    return asks;
  }

  Arrivals arrivals() {
    return arrivals;
  }

  HoldBack holdBack() {
    return holdBack;
  }

  DeadLetters deadLetters() {
    return deadLetters;
  }

  Directory cells() {
    return cells;
  }

  /** False if an agent or a client of that id is there already. */
  boolean add(Cell cell) {
    return !clients.containsKey(cell.id) && cells.add(cell);
  }

  /**
   * Takes {@code cell} out, and its subscription with it, unless another one has come meanwhile.
   */
  void remove(Cell cell) {
    if (cells.remove(cell) && transport != null) {
      attemptElsewhere("agent/" + cell.id, () -> unsubscribe(transport, cell.id));
    }
  }

  private boolean isHere(AgentId id) {
    return cells.get(id) != null || clients.containsKey(id);
  }

  /** Has the transport, if there is one, deliver what is for {@code ids}. */
  void subscribe(Collection<AgentId> ids) throws InterruptedException {
    if (transport == null) {
      return;
    }
    subscribing.lockInterruptibly();
    try {
      transport.subscribe(options.experiment(), ids, receiver);
    } finally {
      subscribing.unlock();
    }
  }

  private void unsubscribe(Transport transport, AgentId id) throws InterruptedException {
    subscribing.lockInterruptibly();
    try {
      if (!isHere(id)) {
        transport.unsubscribe(options.experiment(), List.of(id), receiver);
      }
    } finally {
      subscribing.unlock();
    }
  }

  /** Has the transport, if there is one, deliver nothing more to this group. */
  void unsubscribeAll() throws InterruptedException {
    if (transport == null) {
      return;
    }
    var all = new ArrayList<AgentId>(clients.keySet());
    cells.forEach(cell -> all.add(cell.id));
    transport.unsubscribe(options.experiment(), all, receiver);
  }

  /** Something that waits for the transport. */
  interface Attempt {
    void run() throws InterruptedException;
  }

  /** Runs {@code attempt} for a thread that must not wait; records it where it fails. */
  void attemptElsewhere(String component, Attempt attempt) {
    executor.execute(() -> {
      try {
        attempt.run();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (MamaException e) {
        recorder.error(component, "could not be unsubscribed: %s".formatted(e.getMessage()), null);
      }
    });
  }

  /** False if an agent or a client of that id is there already. */
  boolean add(Outbox client) {
    return cells.get(client.self()) == null && clients.putIfAbsent(client.self(), client) == null;
  }

  void remove(Outbox client) {
    clients.remove(client.self(), client);
  }

  /** The agent {@code id}, if it is in this group. */
  @Nullable Cell cell(AgentId id) {
    return cells.get(id);
  }

  /** The client {@code id}, if it is in this group. */
  @Nullable Outbox client(AgentId id) {
    return clients.get(id);
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
    boolean own = cells.get(message.to()) != null;
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
    if (cell instanceof DurableCell) {
      return new Delivery.Refused(
          message.to(), "it is durable, and the disk is waited for; use send");
    }
    outstanding.add(by);
    if (!cell.offer(Letter.sent(message, options.time()), options.mailboxCapacity(), by)) {
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
    return closing || cell.isStopped() || publish(cell, cell, payload, trace, false, null);
  }

  /**
   * Gives {@code cell} a turn that nobody's message asked for, and of which nothing is recorded;
   * false if its mailbox is full.
   */
  boolean wake(Cell cell, Payload payload, Trace trace, @Nullable Worker by) {
    if (cell.isStopped()) {
      return true; // there is no turn to be had any more
    }
    Message message = cell.outbox().message(cell.id, payload, trace, by);
    outstanding.add(by);
    if (cell.offer(Letter.sent(message, options.time()), options.mailboxCapacity(), by)) {
      return true;
    }
    outstanding.done(by);
    return false;
  }

  /** Counts and records a message that has reached its receiver by another way than its mailbox. */
  void handedOver(Message message, @Nullable Worker by) {
    outstanding.sent(by);
    recorder.sent(message);
  }

  /**
   * Puts a message of {@code from} into the mailbox of {@code to} without waiting; records it where
   * that is full.
   *
   * @param by the worker whose turn publishes
   */
  boolean publish(Cell from, Cell to, Payload payload, Trace trace, Worker by) {
    return !to.isStopped() && publish(from, to, payload, trace, true, by);
  }

  private boolean publish(
      Cell from,
      Cell to,
      Payload payload,
      Trace trace,
      boolean recordRefusal,
      @Nullable Worker by) {
    Message message = from.outbox().message(to.id, payload, trace, by);
    outstanding.add(by);
    if (to.offer(Letter.sent(message, options.time()), options.mailboxCapacity(), by)) {
      outstanding.sent(by);
      // The clock's thread may be here, which must not wait for the log.
      if (recorder.isOn()) {
        executor.execute(() -> recorder.sent(message));
      }
      if (by != null) {
        by.hasSent();
      }
      return true;
    }
    outstanding.done(by);
    if (recordRefusal) {
      deadLetters.refuseFull(message, to);
    }
    return false;
  }

  /**
   * Puts a message that was accepted before into the mailbox of {@code cell}, whether it has room
   * or not, and records it.
   */
  void deliverSurely(Cell cell, Letter letter, @Nullable Worker by) {
    outstanding.add(by);
    cell.offer(letter, Integer.MAX_VALUE - 1, by);
    outstanding.sent(by);
    recorder.sent(letter.message());
    if (by != null) {
      by.hasSent();
    }
  }

  /** Waits while messages to {@code agent}, elsewhere, are held back because it refuses them. */
  void awaitRoom(AgentId agent) throws InterruptedException {
    holdBack.await(agent, options.sendTimeout());
  }

  /** Runs what may wait, for a thread that must not. */
  void elsewhere(Runnable task) {
    executor.execute(task);
  }

  /** Puts a message of {@code cell}'s own, which stands in the journal, into its mailbox. */
  void comeLater(DurableCell cell, Letter letter) {
    outstanding.add(null);
    cell.offer(letter, Integer.MAX_VALUE - 1, null);
    outstanding.sent(null);
    if (recorder.isOn()) {
      executor.execute(() -> recorder.sent(letter.message()));
    }
  }

  boolean isClosing() {
    return closing;
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
    if (isHere(asker) && options.routing() == Routing.LOCAL_FIRST) {
      asks.complete(answer);
    } else if (transport != null) {
      transport.send(answer);
    }
    if (answer.kind() == Kind.REPLY) {
      recorder.sent(answer.message());
    }
  }

  /** From which {@code agent}, be it here or not, answers. */
  private Outbox outboxOf(AgentId agent) {
    Cell cell = cells.get(agent);
    return cell != null ? cell.outbox() : new Outbox(agent, incarnations.next(), this, options);
  }
}
