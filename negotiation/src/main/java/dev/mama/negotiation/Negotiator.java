package dev.mama.negotiation;

import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.GroupClosedException;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.negotiation.DeskMessage.Concluded;
import dev.mama.negotiation.DeskMessage.Open;
import dev.mama.negotiation.DeskMessage.Status;
import dev.mama.negotiation.DeskMessage.WhatHaveYou;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Assistance;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Opens negotiations in a group and holds many of them at once; they share nothing but the group's
 * clients.
 *
 * <pre>{@code
 * try (var negotiator = Negotiator.builder(group, assistance).open()) {
 *   Negotiation n = negotiator.open(Demand.of(me, "three people for a hackathon").members(3));
 *   n.events().forEach(System.out::println);
 *   Outcome outcome = n.await();
 * }
 * }</pre>
 *
 * <p>Each negotiation is held at a desk, an agent of the group; desks are used again. The
 * negotiator closes neither group nor assistance.
 *
 * <p>Thread-safe.
 */
public final class Negotiator implements AutoCloseable {

  private static final Duration STATUS = Duration.ofSeconds(30);
  private static final Kinds<NegotiationEvent> EVENTS = new Kinds<>(NegotiationEvent.class);
  private static final Kinds<DeskMessage> OWN = new Kinds<>(DeskMessage.class);

  private final AgentGroup group;
  private final NegotiatorBuilder.Options options;
  private final Sender client;
  private final Map<AgentId, Negotiation> held = new ConcurrentHashMap<>(); // by main desk

  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<AgentId> free = new ArrayDeque<>(); // by the lock
  private int desks; // by the lock: all that were started
  private boolean closed; // by the lock

  Negotiator(AgentGroup group, NegotiatorBuilder.Options options) throws InterruptedException {
    this.group = group;
    this.options = options;
    AgentId watch = AgentId.of(options.name() + ".watch");
    client = group.client(options.name() + ".client");
    var office =
        new Office(
            options.assistance(),
            options.rules(),
            options.prompts(),
            options.judge(),
            new OpenCalls(group.load()),
            client.self(),
            watch);
    group.define(
        options.durable()
            ? AgentType.durable(deskType(), Desk.Drawer.class, () -> new Desk(office))
            : AgentType.of(deskType(), () -> new Desk(office)));
    Agent watcher = (message, context) -> seen(message);
    group.define(AgentType.of(watch.value(), () -> watcher));
    group.start(watch, watch.value());
  }

  /**
   * Starts to describe a negotiator in {@code group}.
   *
   * @param assistance finds whom to invite; the group's own, so that ratings reach its ledger
   */
  public static NegotiatorBuilder builder(AgentGroup group, Assistance assistance) {
    return new NegotiatorBuilder(group, assistance);
  }

  private String deskType() {
    return options.name() + ".desk";
  }

  private AgentId desk(int number) {
    return AgentId.of(deskType() + "-" + number);
  }

  /**
   * Opens a negotiation for {@code demand}; it is under way when this returns, and where desks are
   * durable it survives from here on.
   *
   * @throws TooManyNegotiationsException if there are as many as there may be
   * @throws GroupClosedException if the group or this has been closed
   * @throws InterruptedException if interrupted while waiting for the desk; it was not opened
   */
  public Negotiation open(Demand demand) throws InterruptedException {
    AgentId desk = takeDesk();
    var negotiation = new Negotiation(UUID.randomUUID().toString(), desk, client);
    held.put(desk, negotiation);
    boolean opened = false;
    try {
      long total = options.rules().limits().total().toMillis();
      client.send(desk, Payload.of(new Open(negotiation.id(), demand, 0, null, total)));
      opened = true;
      return negotiation;
    } finally {
      if (!opened) {
        held.remove(desk);
        giveBack(desk);
      }
    }
  }

  private AgentId takeDesk() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      checkOpen();
      AgentId desk = free.poll();
      if (desk != null) {
        return desk;
      }
      if (desks >= options.atOnce()) {
        throw new TooManyNegotiationsException(options.atOnce());
      }
      AgentId made = desk(desks);
      group.startAll(List.of(made, Desk.sub(made)), deskType());
      desks++;
      return made;
    } finally {
      lock.unlock();
    }
  }

  private void giveBack(AgentId desk) {
    lock.lock();
    try {
      free.add(desk);
    } finally {
      lock.unlock();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new GroupClosedException(options.name());
    }
  }

  /**
   * Takes up what an earlier run has left; to be called after {@link AgentGroup#resume}, and before
   * anything is opened. In a new folder it finds nothing.
   *
   * @return the latest negotiation of each desk; those that had ended have their outcome
   * @throws InterruptedException if interrupted while waiting for the desks
   */
  public List<Negotiation> resume() throws InterruptedException {
    var found = new ArrayList<Negotiation>();
    lock.lockInterruptibly();
    try {
      checkOpen();
      while (isTaken(desk(desks))) {
        resume(desk(desks)).ifPresent(found::add);
        desks++;
      }
      free.add(desk(desks));
      desks++;
    } finally {
      lock.unlock();
    }
    return found;
  }

  /** Whether {@code desk} is there from an earlier run; if not, it is now. */
  private boolean isTaken(AgentId desk) throws InterruptedException {
    try {
      group.startAll(List.of(desk, Desk.sub(desk)), deskType());
      return false;
    } catch (IllegalArgumentException e) {
      return true; // the type is defined, so it is the id
    }
  }

  private Optional<Negotiation> resume(AgentId desk) throws InterruptedException {
    Status status = status(desk);
    if (status.conversation().isEmpty()) {
      free.add(desk);
      return Optional.empty();
    }
    var negotiation = new Negotiation(status.conversation(), desk, client);
    held.put(desk, negotiation);
    Status now = status(desk); // it may have ended before it was held
    if (now.concluded() && held.remove(desk) != null) {
      Docket.outcome(now.phase(), now.plan(), now.ending()).ifPresent(negotiation::conclude);
      free.add(desk);
    }
    return Optional.of(negotiation);
  }

  private Status status(AgentId desk) throws InterruptedException {
    Rules.Limits limits = options.rules().limits();
    Duration patience = limits.formulation().plus(limits.center()).plus(STATUS); // it may be asking
    return client.ask(desk, Payload.of(new WhatHaveYou()), patience).as(Status.class);
  }

  /** What desks tell. */
  private void seen(Message message) {
    Negotiation negotiation = held.get(Desk.main(message.from()));
    if (negotiation == null) {
      return; // a desk of an earlier run that nobody has taken up
    }
    EVENTS
        .read(message.payload())
        .filter(event -> event.conversation().startsWith(negotiation.id()))
        .ifPresent(negotiation::add);
    OWN.read(message.payload())
        .ifPresent(words -> {
          if (words instanceof Concluded(var conversation, var phase, var plan, var ending)
              && conversation.equals(negotiation.id())
              && held.remove(negotiation.desk(), negotiation)) {
            giveBack(negotiation.desk());
            Docket.outcome(phase, plan, ending).ifPresent(negotiation::conclude);
          }
        });
  }

  /** How many negotiations are going on. */
  public int underWay() {
    return held.size();
  }

  /**
   * Opens nothing more, and ends the waiting for what is under way: with the group's end, or, where
   * desks are durable, until it is resumed. What is to end well is awaited before.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    var why = new GroupClosedException(options.name());
    held.values().forEach(negotiation -> negotiation.breakOff(why));
    held.clear();
  }
}
