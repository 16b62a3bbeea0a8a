package dev.mama.runtime;

import dev.mama.ExperimentId;
import dev.mama.StorageException;
import dev.mama.journal.Grade;
import dev.mama.journal.Journal;
import dev.mama.journal.JournalException;
import dev.mama.journal.JournalFault;
import dev.mama.journal.JournalFigures;
import dev.mama.journal.JournalOptions;
import dev.mama.journal.Pending;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * All durable agents of a group share one journal, and so one force serves all turns that have ended
 * meanwhile. A turn does not wait for the disk on its own thread: it puts its record in line and
 * lets its agent rest, and one thread that waits for the journal makes the agents ready again whose
 * records are there. What stands in the journal is one order of all turns; each prefix of it is a
 * whole state of the group, for a message stands in front of the turn that handled it.
 */

/**
 * The journal of a group's durable agents.
 *
 * <p>Thread-safe.
 */
final class AgentStore implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AgentStore.class);

  private static final String APPLICATION = "agents";
  private static final int MIB = 1 << 20;
  static final JournalOptions OPTIONS =
      new JournalOptions(APPLICATION, 8 * MIB, 16 * MIB, 32L * MIB);

  private final Journal journal;
  private final Grade grade;
  private final int loadedAgents;
  private final EntryForm form;
  private final Entry.Head head;
  private final String folder;
  private final Holds holds = new Holds();
  private final BlockingQueue<Optional<Commit>> commits = new LinkedBlockingQueue<>();
  private final Thread thread;
  private Consumer<Commit> written = commit -> {};
  private volatile @Nullable StorageException broken;
  private final long openedNanos;
  private boolean full; // confined to the thread

  private AgentStore(
      Journal journal, Durability durability, ExperimentId experiment, long openedNanos) {
    this.journal = journal;
    this.openedNanos = openedNanos;
    this.grade = durability.grade();
    this.loadedAgents = durability.loadedAgents();
    this.form = new EntryForm(experiment);
    this.head = new Entry.Head(experiment.value());
    this.folder = durability.folder().toString();
    this.thread =
        Thread.ofPlatform().daemon().name("mama-commits-" + experiment).unstarted(this::run);
  }

  /**
   * Opens the journal in the folder that {@code options} name; null if there is to be none.
   *
   * @throws StorageException if the folder is in use, damaged, or not of such a journal
   */
  static @Nullable AgentStore open(GroupOptions options) {
    Durability durability = options.durability();
    if (durability == null) {
      return null;
    }
    long openedNanos = System.nanoTime();
    try {
      Journal journal = options.journals().apply(durability.folder());
      return new AgentStore(journal, durability, options.experiment(), openedNanos);
    } catch (JournalException e) {
      throw new StorageException(
          "the agents of experiment '%s' cannot be read: %s"
              .formatted(options.experiment(), e.fault().message()),
          e);
    }
  }

  /** Opens the journal in {@code folder}. */
  static Journal open(Path folder) {
    return Journal.open(folder, OPTIONS);
  }

  /**
   * Reads all there is, and begins to write.
   *
   * @param written told of each turn that is written, or could not be
   * @throws StorageException if a record is not of this experiment or of another form
   */
  Recovered begin(Consumer<Commit> written) throws InterruptedException {
    this.written = written;
    var recovered = new Recovered();
    read(journal.firstSequence(), Long.MAX_VALUE, recovered::take);
    recovered.end();
    recovered.took = Duration.ofNanos(System.nanoTime() - openedNanos);
    recovered.hold(holds);
    holds.seen(journal.nextSequence());
    thread.start();
    if (recovered.isEmpty()) {
      append(head);
    }
    return recovered;
  }

  /** What is shown the entries of the journal, one by one. */
  interface Visitor {
    void visit(long record, Entry entry) throws InterruptedException;
  }

  /** Shows the entries of the records {@code from} to before {@code end}. */
  void read(long from, long end, Visitor visitor) throws InterruptedException {
    try {
      journal.read(
          from,
          (record, bytes) -> {
            if (record < end) {
              visitor.visit(record, decode(record, bytes));
            }
            return record + 1 < end;
          });
    } catch (JournalException e) {
      throw new StorageException("the agents' journal cannot be read: " + e.getMessage(), e);
    }
  }

  private Entry decode(long record, ByteBuffer bytes) {
    Entry entry;
    try {
      entry = form.decode(bytes);
    } catch (IOException | RuntimeException e) {
      throw new StorageException(
          "record %d in folder %s cannot be read: %s; open it with the release that wrote it"
              .formatted(record, folder, e.getMessage()),
          e);
    }
    if (entry instanceof Entry.Head other && !other.equals(head)) {
      throw new StorageException(
          "folder %s holds the agents of experiment '%s', not of '%s'; give each its own folder"
              .formatted(folder, other.experiment(), head.experiment()),
          null);
    }
    return entry;
  }

  /** The state-bearing entry at {@code record}, which may have been put in line just now. */
  Entry entry(long record) throws InterruptedException {
    if (record >= journal.nextSequence()) {
      flush(); // in MEMORY it may still be in line
    }
    var found = new ArrayList<Entry>(1);
    read(record, record + 1, (at, entry) -> found.add(entry));
    if (found.isEmpty()) {
      throw new StorageException("record %d is not in folder %s".formatted(record, folder), null);
    }
    return found.getFirst();
  }

  /** Waits until all that is in line can be read. */
  void flush() throws InterruptedException {
    try {
      var unused = submit(head).await(Grade.JOURNALLED);
    } catch (JournalException e) {
      throw new StorageException(e.fault().message(), e);
    }
  }

  int loadedAgents() {
    return loadedAgents;
  }

  Holds holds() {
    return holds;
  }

  /** Whether what a turn brings about waits until its record has the grade. */
  boolean isWaitedFor() {
    return grade != Grade.MEMORY;
  }

  Entry.Head head() {
    return head;
  }

  JournalFigures figures() {
    return journal.figures();
  }

  long firstRecord() {
    return journal.firstSequence();
  }

  long nextRecord() {
    return journal.nextSequence();
  }

  void releaseBefore(long record) throws InterruptedException {
    journal.releaseBefore(record);
  }

  /** Whether the journal takes nothing any more. */
  boolean isBroken() {
    return broken != null;
  }

  private void checkWhole() {
    StorageException cause = broken;
    if (cause != null) {
      throw new StorageException(String.valueOf(cause.getMessage()), cause);
    }
  }

  /**
   * Puts {@code entry} in line.
   *
   * @throws StorageException if the journal has ended
   * @throws IllegalArgumentException if it is too large
   */
  Pending submit(Entry entry) throws InterruptedException {
    checkWhole();
    try {
      return journal.submit(EntryForm.encode(entry));
    } catch (JournalException e) {
      throw new StorageException(e.fault().message(), e);
    }
  }

  /**
   * Writes {@code entry} and waits until it has the grade; returns its place.
   *
   * @throws InterruptedException if interrupted before it is in line; nothing is written then
   */
  long append(Entry entry) throws InterruptedException {
    return await(submit(entry));
  }

  /**
   * Waits until what is in line has the grade. It will be read whatever becomes of this thread, so
   * an interrupt does not end the wait.
   *
   * @throws StorageException if it was refused
   */
  long await(Pending pending) {
    try {
      return Waits.surely(() -> pending.await(grade));
    } catch (JournalException e) {
      throw new StorageException("not accepted: " + e.getMessage(), e);
    }
  }

  /**
   * Puts a turn in line.
   *
   * @param by the worker whose turn it is, or null
   */
  void submit(Commit commit, @Nullable Worker by) throws InterruptedException {
    checkWhole();
    ByteBuffer bytes = EntryForm.encode(commit.entry());
    if (commit.entered < 0) {
      commit.entered = holds.enter();
    }
    try {
      Optional<Pending> now = journal.trySubmit(bytes);
      if (now.isPresent()) {
        commit.pending = now.get();
        return;
      }
      Worker.waitsSurely(by);
      try {
        commit.pending = journal.submit(bytes);
      } finally {
        Worker.goesOn(by);
      }
    } catch (JournalException e) {
      throw new StorageException(e.fault().message(), e);
    }
  }

  /** Gives up a turn that was not put in line. */
  void giveUp(Commit commit) {
    if (commit.entered >= 0) {
      holds.leave(commit.entered);
      commit.entered = -1;
    }
  }

  /** Has {@code commit}'s agent made ready once the record is there. */
  void await(Commit commit) {
    commits.add(Optional.of(commit));
  }

  private void run() {
    var batch = new ArrayList<Optional<Commit>>();
    try {
      while (true) {
        batch.add(commits.take());
        commits.drainTo(batch);
        List<Commit> all = batch.stream().flatMap(Optional::stream).toList();
        if (!all.isEmpty()) {
          settle(all.getLast()); // one force for all
          all.forEach(this::tell);
        }
        if (batch.stream().anyMatch(Optional::isEmpty)) {
          return;
        }
        batch.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does
    }
  }

  private void settle(Commit commit) {
    Pending pending = commit.pending;
    if (pending == null) {
      throw new IllegalStateException("a turn that was not put in line");
    }
    try {
      commit.record = pending.await(grade == Grade.MEMORY ? Grade.JOURNALLED : grade);
      commit.failure = null;
    } catch (JournalException e) {
      commit.failure = e;
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
  }

  private void tell(Commit commit) {
    settle(commit);
    JournalException failure = commit.failure;
    if (failure == null) {
      full = false;
    } else if (!(failure.fault() instanceof JournalFault.Refused) || grade == Grade.MEMORY) {
      end(failure);
    } else if (!full) {
      full = true;
      LOG.error("{}; turns wait until there is room", failure.getMessage());
    }
    written.accept(commit);
  }

  private void end(JournalException failure) {
    if (broken == null) {
      broken =
          new StorageException(
              "durable agents stand still: " + failure.getMessage() + ", then resume", failure);
      LOG.error(broken.getMessage());
    }
  }

  /** Writes what is in line, and gives the folder free. */
  @Override
  public void close() {
    commits.add(Optional.empty());
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    try {
      journal.close();
    } catch (JournalException e) {
      throw new StorageException("the agents' journal failed on closing: " + e.getMessage(), e);
    }
  }
}
