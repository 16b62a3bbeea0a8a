package dev.mama.runtime;

import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.GroupClosedException;
import dev.mama.Supervision;
import dev.mama.spi.Envelope;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A started agent and its mailbox. Idle, it is this object, its id and an entry in the directory;
 * what only busy agents need is made when it is first needed.
 */
sealed class Cell extends Mailbox implements Dispatcher.Ready permits DurableCell {

  /** Messages one activation handles before other agents get their chance. */
  static final int BATCH = 64;

  /**
   * A message that is tried again.
   *
   * @param failures how often its turn has failed
   * @param begun whether the pause before it is over
   */
  record Retry(Letter letter, int failures, AtomicBoolean begun) {
    Retry(Letter letter, int failures) {
      this(letter, failures, new AtomicBoolean());
    }
  }

  final AgentId id;
  private final AgentType type;
  private Agent agent; // confined to the turn
  volatile @Nullable Retry retry;
  private final Turns turns;
  private volatile @Nullable Outbox outbox;
  private @Nullable RandomGenerator random; // confined to the turn
  private volatile @Nullable Inbox inbox;
  private volatile @Nullable ArrayDeque<Letter> overflow;

  private volatile boolean stopped;

  Cell(AgentId id, AgentType type, Turns turns) {
    this(id, type, turns, type.factory().apply(id));
  }

  Cell(AgentId id, AgentType type, Turns turns, Agent agent) {
    this.id = id;
    this.type = type;
    this.agent = agent;
    this.turns = turns;
  }

  @Override
  void activate(@Nullable Worker by) {
    turns.dispatcher().ready(this, by);
  }

  /**
   * Handles messages until there are none, or others should have their chance, or one must be tried
   * again later. Called by one worker at a time.
   */
  void run(Worker by) {
    for (int i = 0; i < BATCH; i++) {
      Retry again = retry;
      Letter letter = again == null ? poll() : again.letter();
      if (letter == null) {
        break; // announced, but not there yet
      }
      Duration pause = turns.run(this, letter, again == null ? 0 : again.failures(), by);
      by.endTurn();
      if (pause == null) {
        turns.overflow().moveUp(this);
      }
      if (pause != null) {
        pause(new Retry(letter, again == null ? 1 : again.failures() + 1), pause);
        return; // busy, but nobody runs it until the pause is over
      }
      if (again != null) {
        retry = null;
      }
      if (handled()) {
        return; // idle: from here on it may belong to another worker
      }
    }
    turns.dispatcher().enqueue(this);
  }

  /** Tries a message again after {@code pause}; until then nobody runs the agent. */
  final void pause(Retry next, Duration pause) {
    retry = next;
    var unused =
        turns
            .schedule()
            .once(
                pause,
                () -> {
                  goOn(next);
                  return true;
                });
    if (stopped) {
      goOn(next);
    }
  }

  /** Ends the pause before {@code next}, once. */
  private void goOn(Retry next) {
    if (next.begun().compareAndSet(false, true)) {
      turns.dispatcher().enqueue(this);
    }
  }

  /** Replaces the agent by a new one of its type. Within its turn only. */
  void restart() {
    agent = type.factory().apply(id);
  }

  final Agent agent() {
    return agent;
  }

  final void agent(Agent other) {
    agent = other;
  }

  /** The name of its agent's type. */
  final String type() {
    return type.name();
  }

  final AgentType agentType() {
    return type;
  }

  /** Lets go of what is made again when it is needed. */
  final void forgetOutbox() {
    Outbox made = outbox;
    if (made != null && made.hasNumberedNone()) {
      outbox = null;
    }
  }

  final Supervision supervision() {
    return type.supervision();
  }

  boolean isStopped() {
    return stopped;
  }

  /**
   * @throws GroupClosedException if the cell has been stopped
   */
  void checkRunning() {
    if (stopped) {
      throw new GroupClosedException(turns.group());
    }
  }

  /** Takes nothing over any more, and has what waits buried instead of handled. */
  void refuse() {
    stopped = true;
  }

  /** It is stopped for good; to be told before its id is free. */
  void end() {}

  /**
   * Takes nothing over any more, has what waits buried instead of handled, and interrupts the turn
   * that runs, if any.
   */
  void stop() {
    refuse();
    turns.dispatcher().interrupt(this);
    Retry paused = retry;
    if (paused != null) {
      goOn(paused);
    }
  }

  /** The line of what has arrived and found the mailbox full; its own lock. */
  ArrayDeque<Letter> overflow() {
    ArrayDeque<Letter> made = overflow;
    if (made == null) {
      synchronized (this) {
        made = overflow;
        if (made == null) {
          made = new ArrayDeque<>();
          overflow = made;
        }
      }
    }
    return made;
  }

  @Nullable ArrayDeque<Letter> overflowIfAny() {
    return overflow;
  }

  /** This agent's side of what it sends. */
  Outbox outbox() {
    Outbox made = outbox;
    if (made == null) {
      synchronized (this) {
        made = outbox;
        if (made == null) {
          made = turns.newOutbox(this);
          outbox = made;
        }
      }
    }
    return made;
  }

  /** Whether {@code envelope} was sent by this start of this agent. */
  boolean sent(Envelope envelope) {
    Outbox made = outbox;
    return made != null && made.sent(envelope);
  }

  /** The number of the last message that was handled of that start of a sender; 0 if none was. */
  long handledBefore(AgentId sender, long incarnation) {
    return 0;
  }

  /** What puts messages from a transport in order. */
  Inbox inbox() {
    Inbox made = inbox;
    if (made == null) {
      synchronized (this) {
        made = inbox;
        if (made == null) {
          made = turns.newInbox(this);
          inbox = made;
        }
      }
    }
    return made;
  }

  /**
   * By id, so that whoever looks at all members of a topic does so in the same order in each run.
   */
  @Override
  public int hashCode() {
    return id.hashCode();
  }

  RandomGenerator random() {
    RandomGenerator made = random;
    if (made == null) {
      made = new SplittableRandom(seed());
      random = made;
    }
    return made;
  }

  /** What the agent's own random numbers begin with. */
  final long seed() {
    return turns.seed() ^ hash(id.value());
  }

  /** FNV-1a, 64 bits: spreads ids that differ in their last character. */
  static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }
}
