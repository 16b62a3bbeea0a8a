package dev.mama.runtime;

import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.journal.Pending;
import dev.mama.runtime.Durables.Step;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/*
 * The agent is there while it is needed. Let go, of an agent there is this object, its id and its
 * entry in the directory; the place of its state in the journal is one of the fields.
 *
 * A turn that has ended leaves a commit behind and the cell busy, though nobody runs it; whoever
 * writes the journal makes it ready again, and the next worker lets out what the turn brought about
 * before it looks for another message. So there is never more than one turn of an agent that is not
 * yet on disk, and no thread waits for the disk.
 */

/** A started durable agent and its mailbox. */
final class DurableCell extends Cell {

  private static final Agent ABSENT =
      (message, context) -> {
        throw new IllegalStateException("the agent is not in memory");
      };

  private static final VarHandle RECORD;

  static {
    try {
      RECORD = MethodHandles.lookup().findVarHandle(DurableCell.class, "record", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Durables durables;

  /** Where its state stands in the journal. The turn sets it; the cleaner may move it. */
  private volatile long record;

  // What follows is confined to whoever runs the cell.
  private long turn;
  private boolean loaded;
  private @Nullable Payload state;
  private List<String> topics = List.of();
  private @Nullable Commit commit;
  private @Nullable RandomGenerator chance;
  boolean standing; // in the line of those in memory

  /** Whether it has had a turn since somebody looked. */
  volatile boolean used;

  private volatile @Nullable Positions positions;
  private boolean ended; // by the monitor

  DurableCell(AgentId id, AgentType type, Turns turns, Durables durables) {
    super(id, type, turns, ABSENT);
    this.durables = durables;
  }

  /** Begins as an earlier run has left it, before anybody else knows it. */
  void beginAs(Recovered.Found found, @Nullable Commit unreleased) {
    record = found.record;
    turn = found.turn;
    commit = unreleased;
    positions = found.positions.isEmpty() ? null : found.positions;
    topics = found.topics;
  }

  /** Takes a message over that is no part of a durable turn; it is in the journal on return. */
  void accept(Message message, @Nullable Worker by) throws InterruptedException {
    checkRunning();
    durables.accept(this, message, by);
  }

  @Override
  void run(Worker by) {
    for (int i = 0; i < BATCH; i++) {
      if (commit != null) {
        if (!goOn(commit, by)) {
          return;
        }
        continue;
      }
      Retry again = retry;
      Letter letter = again == null ? poll() : again.letter();
      if (letter == null) {
        break; // announced, but not there yet
      }
      int failures = again == null ? 0 : again.failures();
      Step step = durables.turn(this, letter, failures, by);
      by.endTurn();
      switch (step) {
        case Step.Again next -> {
          pause(new Retry(letter, failures + 1), next.pause());
          return;
        }
        case Step.Ended ended -> {
          retry = null;
          commit = ended.commit();
          if (durables.store().isWaitedFor()) {
            durables.store().await(ended.commit()); // from here on another worker may run it
            return;
          }
          ended.commit().takePlace();
          durables.store().await(ended.commit());
        }
        case Step.Done done -> {
          retry = null;
          durables.overflow().moveUp(this);
          if (handled()) {
            return;
          }
        }
        case Step.StandStill still -> {
          return; // until the group is opened again
        }
      }
    }
    durables.enqueue(this);
  }

  /** Lets out what a turn that is written has brought about; false if nobody runs the cell now. */
  private boolean goOn(Commit written, Worker by) {
    Duration pause = durables.release(this, written, by);
    by.endTurn();
    if (pause != null) {
      durables.later(pause, this);
      return false;
    }
    commit = null;
    if (written.letter == null) {
      return true; // of an earlier run; a letter has stood for it
    }
    durables.overflow().moveUp(this);
    return !handled();
  }

  long record() {
    return record;
  }

  @Override
  synchronized void end() {
    ended = true;
    durables.ended(this);
  }

  /** Has {@code copy} written; null if it has ended, for then it would be there again. */
  synchronized @Nullable Pending write(Entry.Saved copy) throws InterruptedException {
    return ended ? null : durables.store().submit(copy);
  }

  /** Its state stands at {@code now}; false if it is not at {@code before} any more. */
  boolean moved(long before, long now) {
    return RECORD.compareAndSet(this, before, now);
  }

  /** A turn has committed. */
  void committed(Commit ended) {
    record = ended.record;
    turn = ended.saved.turn();
    state = ended.saved.state();
    topics = ended.saved.topics();
  }

  /** The topics of which it is a member, by its last turn that has committed. */
  List<String> topics() {
    return topics;
  }

  long turns() {
    return turn;
  }

  @Nullable Payload state() {
    return state;
  }

  /** Whether the agent is in memory. */
  boolean isLoaded() {
    return loaded;
  }

  /** Puts {@code fresh} in place, which has the state {@code known}. */
  void load(Agent fresh, @Nullable Payload known) {
    agent(fresh);
    loaded = true;
    state = known;
  }

  /** Lets go of the agent; it is made again for its next turn. */
  void unload() {
    agent(ABSENT);
    loaded = false;
    state = null;
    chance = null;
    forgetOutbox();
  }

  @Override
  void restart() {
    unload();
  }

  /** How far it has come with senders of other processes. */
  Positions positions() {
    Positions made = positions;
    if (made == null) {
      synchronized (this) {
        made = positions;
        if (made == null) {
          made = new Positions();
          positions = made;
        }
      }
    }
    return made;
  }

  @Override
  long handledBefore(AgentId sender, long incarnation) {
    Positions known = positions;
    return known == null ? 0 : known.of(sender, incarnation);
  }

  @Nullable Positions positionsIfAny() {
    return positions;
  }

  /** A turn begins: its random numbers are its own, so that it draws the same if it runs again. */
  void beginTurn() {
    used = true;
    chance = null;
  }

  /** Whether the turn has drawn a random number. */
  boolean hasDrawn() {
    return chance != null;
  }

  @Override
  RandomGenerator random() {
    RandomGenerator made = chance;
    if (made == null) {
      made = new SplittableRandom(seed() + turn * 0x9e3779b97f4a7c15L);
      chance = made;
    }
    return made;
  }
}
