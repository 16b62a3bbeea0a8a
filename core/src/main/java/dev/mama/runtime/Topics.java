package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.MamaException;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Trace;
import dev.mama.spi.Envelope;
import dev.mama.spi.Transport;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which agents of a group are members of which topics. Where the group has a transport, it is
 * subscribed there for each topic that has members here, so that they hear the other groups too.
 */
final class Topics {

  /** So many ids of what came last on a topic are remembered, to know it when it comes again. */
  private static final int REMEMBERED = 1_024;

  private final GroupOptions options;
  private final Router router;
  private final @Nullable Transport transport;
  private final ConcurrentMap<String, Set<Cell>> members = new ConcurrentHashMap<>();

  /** Held while the transport is told, so that it hears of joining and leaving in one order. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<String, Consumer<Envelope>> subscribed = new HashMap<>(); // by the lock

  Topics(GroupOptions options, Router router) {
    this.options = options;
    this.router = router;
    this.transport = options.transport();
  }

  /**
   * @throws IllegalArgumentException if {@code topic} is not of the form of an agent id
   * @throws dev.mama.TransportException if the transport refuses; the agent is no member
   * @throws InterruptedException if interrupted while waiting; the agent is no member
   */
  void join(String topic, Cell cell, @Nullable Worker by) throws InterruptedException {
    AgentId.of(topic); // the same rule: it is a level of a topic on the wire
    members.compute(
        topic,
        (name, cells) -> {
          Set<Cell> all = cells == null ? ConcurrentHashMap.newKeySet() : cells;
          all.add(cell);
          return all;
        });
    boolean joined = false;
    try {
      settle(topic, by);
      joined = true;
    } finally {
      if (!joined) {
        remove(topic, cell);
      }
    }
  }

  void leave(String topic, Cell cell, Worker by) throws InterruptedException {
    remove(topic, cell);
    settle(topic, by);
  }

  private void remove(String topic, Cell cell) {
    members.computeIfPresent(
        topic, (name, cells) -> cells.remove(cell) && cells.isEmpty() ? null : cells);
  }

  /** Ends all memberships of {@code cell}; the transport hears of it later. */
  void leaveAll(Cell cell) {
    for (String topic : members.keySet()) {
      remove(topic, cell);
      if (transport != null) {
        router.attemptElsewhere("topic/" + topic, () -> settle(topic, null));
      }
    }
  }

  /**
   * Has the transport deliver {@code topic} if it has members, and not if it has none.
   *
   * @param by the worker whose turn waits for that, or null
   */
  private void settle(String topic, @Nullable Worker by) throws InterruptedException {
    if (transport == null) {
      return;
    }
    Worker.waits(by);
    try {
      tell(transport, topic);
    } finally {
      Worker.goesOn(by);
    }
  }

  private void tell(Transport transport, String topic) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Consumer<Envelope> receiver = subscribed.get(topic);
      if (members.containsKey(topic) && receiver == null) {
        var fresh = new Arriving(topic);
        transport.subscribeTopic(options.experiment(), topic, fresh);
        subscribed.put(topic, fresh);
      } else if (!members.containsKey(topic) && receiver != null) {
        transport.unsubscribeTopic(options.experiment(), topic, receiver);
        subscribed.remove(topic);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Hands {@code payload} to the members here but {@code from} itself, and to the transport for
   * those elsewhere.
   *
   * @return how many members here took it over
   */
  int publish(Cell from, String topic, Payload payload, Trace trace, Worker by)
      throws InterruptedException {
    AgentId name = AgentId.of(topic);
    int accepted = 0;
    if (options.routing() == Routing.LOCAL_FIRST) {
      for (Cell member : members(topic)) {
        if (member != from && router.publish(from, member, payload, trace, by)) {
          accepted++;
        }
      }
    }
    if (transport != null) {
      Worker.waits(by);
      try {
        transport.publish(from.outbox().published(name, payload, trace, by));
      } finally {
        Worker.goesOn(by);
      }
    }
    return accepted;
  }

  /** How many members of this group {@code topic} has; 0 where they are reached elsewhere. */
  int count(String topic) {
    return options.routing() == Routing.LOCAL_FIRST ? members(topic).size() : 0;
  }

  private Collection<Cell> members(String topic) {
    return members.getOrDefault(topic, Set.of());
  }

  /**
   * Ends all subscriptions.
   *
   * @throws MamaException if the transport refuses one; all others are ended
   */
  void close() throws InterruptedException {
    members.clear();
    if (transport != null) {
      lock.lockInterruptibly();
      try {
        MamaException failure = null;
        for (var each : subscribed.entrySet()) {
          try {
            transport.unsubscribeTopic(options.experiment(), each.getKey(), each.getValue());
          } catch (MamaException e) {
            if (failure == null) {
              failure = e;
            } else {
              failure.addSuppressed(e);
            }
          }
        }
        subscribed.clear();
        if (failure != null) {
          throw failure;
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Hands what the transport delivers on a topic to its members, once. */
  private final class Arriving implements Consumer<Envelope> {
    private final String topic;
    private final Map<UUID, Boolean> recent = // by the monitor
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<UUID, Boolean> eldest) {
            return size() > REMEMBERED;
          }
        };

    Arriving(String topic) {
      this.topic = topic;
    }

    @Override
    public void accept(Envelope envelope) {
      Message message = envelope.message();
      boolean servedHere =
          options.routing() == Routing.LOCAL_FIRST && router.cell(message.from()) != null;
      if (servedHere || isKnown(message.id())) {
        return;
      }
      for (Cell member : members(topic)) {
        if (!member.id.equals(message.from())) {
          router.arrivals().publish(member, message);
        }
      }
    }

    private synchronized boolean isKnown(UUID id) {
      return recent.put(id, true) != null;
    }
  }
}
