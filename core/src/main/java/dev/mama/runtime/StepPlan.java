package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * A message sent in step n is read in step n + 1. So an agent may begin n + 1 as soon as those who
 * may send to it have finished n, whatever the others do; since nobody reads what is sent in its own
 * step, cycles cannot lock up. (Conservative simulation with a lookahead of one step; Chandy and
 * Misra, CACM 24(4), 1981.)
 *
 * `frontier` is the last step that all have finished and whose writes to what all share are done. No
 * agent begins a step more than `skew` beyond it, so `skew` + 1 places hold all that is under way of
 * one agent: place n % (skew + 1) counts the senders that have not finished n, and holds what they
 * sent in n. It is free again before anybody can be in step n + skew + 1, because that needs the
 * frontier at n + 1, and so this agent past n + 1.
 *
 * What all share is written when the frontier passes a step, step after step, by agents' ids. An
 * agent in step n holds the frontier back at n - 1 at most, so one that waits for it to be there
 * reads exactly what was written up to step n - 1; and it can wait, for that needs only steps before
 * its own.
 */

/**
 * Who may begin which step, and what has been sent to whom in it.
 *
 * <p>Thread-safe. The lock is never held while waiting or while foreign code runs.
 */
final class StepPlan {

  /** What an agent writes, at the end of its step, to what all share. */
  record Shared(AgentId agent, Write write) {
    interface Write {
      void run() throws InterruptedException;
    }
  }

  /** One agent's part of the plan. */
  static final class Place {
    final AgentId id;
    final @Nullable Collection<AgentId> senders; // null: everybody
    private final List<List<Message>> sent = new ArrayList<>();
    private int[] missing = {};
    private Place[] receivers = {};
    private long finished;

    /**
     * @param senders who may send to it, or null for everybody
     */
    Place(AgentId id, @Nullable Collection<AgentId> senders) {
      this.id = id;
      this.senders = senders;
    }

    /** Whether {@code sender} may send to it. */
    boolean hears(AgentId sender) {
      return senders == null || sender.equals(id) || senders.contains(sender);
    }
  }

  private final int skew;
  private final int size;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private final Map<AgentId, Place> places = new HashMap<>();
  private final Map<Long, List<Place>> held = new HashMap<>(); // by the frontier they wait for
  private final List<List<Shared>> shared = new ArrayList<>();
  private final int[] done;
  private long frontier;
  private long last;
  private boolean passing;
  private boolean stopped;

  /**
   * @param skew how many steps an agent may be ahead of the slowest, at least 1
   */
  StepPlan(int skew) {
    this.skew = skew;
    size = skew + 1;
    done = new int[size];
    for (int i = 0; i < size; i++) {
      shared.add(new ArrayList<>());
    }
  }

  /** Adds {@code place}, between two runs; false if its agent is there already. */
  boolean add(Place place) {
    lock.lock();
    try {
      for (int i = 0; i < size; i++) {
        place.sent.add(new ArrayList<>());
      }
      place.finished = frontier;
      return places.putIfAbsent(place.id, place) == null;
    } finally {
      lock.unlock();
    }
  }

  /** The agents, by id. */
  List<AgentId> agents() {
    lock.lock();
    try {
      return places.keySet().stream().sorted().toList();
    } finally {
      lock.unlock();
    }
  }

  @Nullable Place place(AgentId agent) {
    lock.lock();
    try {
      return places.get(agent);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets all go on up to step {@code end}; between two runs.
   *
   * @return those that begin their next step at once, by id
   * @throws IllegalArgumentException if a declared sender is not there
   */
  List<Place> goOnTo(long end) {
    lock.lock();
    try {
      last = end;
      var receivers = new HashMap<Place, List<Place>>();
      for (Place place : places.values()) {
        Collection<AgentId> senders = place.senders == null ? List.of() : place.senders;
        for (AgentId sender : senders) {
          Place from = places.get(sender);
          if (from == null) {
            throw new IllegalArgumentException(
                "agent '%s' declares '%s' as a sender, which is not of these steps; start it, or leave it out"
                    .formatted(place.id, sender));
          }
          receivers.computeIfAbsent(from, key -> new ArrayList<>()).add(place);
        }
        place.missing = new int[size];
        Arrays.fill(place.missing, senders.size());
        place.missing[at(frontier)] = 0;
      }
      receivers.forEach((from, to) -> from.receivers = to.toArray(Place[]::new));
      return places.values().stream()
          .sorted(Comparator.comparing(place -> place.id))
          .filter(this::mayBegin)
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /** The step that {@code place} is in, which has begun and not finished. */
  long step(Place place) {
    lock.lock();
    try {
      return place.finished + 1;
    } finally {
      lock.unlock();
    }
  }

  /** What was sent to {@code place} in the step before its own; taken once. */
  List<Message> takeInput(Place place) {
    lock.lock();
    try {
      return place.sent.set(at(place.finished), new ArrayList<>());
    } finally {
      lock.unlock();
    }
  }

  /**
   * {@code place} has finished its step.
   *
   * @param sent what it has sent, to agents that hear it, in order
   * @param writes what it writes to what all share
   * @return those that begin their next step
   */
  List<Place> finish(Place place, List<Message> sent, List<Shared> writes) {
    lock.lock();
    try {
      long step = ++place.finished;
      for (Message message : sent) {
        Place to = places.get(message.to());
        if (to != null) {
          to.sent.get(at(step)).add(message);
        }
      }
      shared.get(at(step)).addAll(writes);
      done[at(step)]++;
      var ready = new ArrayList<Place>();
      for (Place to : place.receivers) {
        if (--to.missing[at(step)] == 0 && to.finished == step && to != place && mayBegin(to)) {
          ready.add(to);
        }
      }
      if (mayBegin(place)) {
        ready.add(place);
      }
      return ready;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Begins to move the frontier over the next step, if all have finished that and nobody else is
   * about it; who gets an answer calls {@link #passed} after it has made the writes.
   *
   * @return what is to be written, by agent and in the order made, or null
   */
  @Nullable List<Shared> pass() {
    lock.lock();
    try {
      int next = at(frontier + 1);
      if (passing || stopped || done[next] < places.size()) {
        return null;
      }
      passing = true;
      done[next] = 0;
      List<Shared> writes = shared.set(next, new ArrayList<>());
      writes.sort(Comparator.comparing(Shared::agent));
      return writes;
    } finally {
      lock.unlock();
    }
  }

  /** The frontier is over the step; returns those that begin their next one. */
  List<Place> passed() {
    lock.lock();
    try {
      passing = false;
      frontier++;
      moved.signalAll();
      List<Place> waited = held.remove(frontier);
      return waited == null ? List.of() : waited.stream().filter(this::mayBegin).toList();
    } finally {
      lock.unlock();
    }
  }

  /** The last step that all have finished. */
  long frontier() {
    lock.lock();
    try {
      return frontier;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all have finished {@code step}; false if the steps end before. */
  boolean await(long step) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (frontier < step && !stopped) {
        moved.await();
      }
      return frontier >= step;
    } finally {
      lock.unlock();
    }
  }

  /** Nobody begins a step any more; whoever waits is told. */
  void stop() {
    lock.lock();
    try {
      stopped = true;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** By the lock. Says no also where it has {@code place} wait for the frontier. */
  private boolean mayBegin(Place place) {
    long next = place.finished + 1;
    if (stopped || next > last) {
      return false;
    }
    int before = at(next - 1);
    if (place.senders != null && place.missing[before] > 0) {
      return false;
    }
    long needed = place.senders == null ? next - 1 : next - skew;
    if (frontier < needed) {
      held.computeIfAbsent(needed, key -> new ArrayList<>()).add(place);
      return false;
    }
    place.missing[before] = place.senders == null ? 0 : place.senders.size();
    return true;
  }

  private int at(long step) {
    return (int) (step % size);
  }
}
