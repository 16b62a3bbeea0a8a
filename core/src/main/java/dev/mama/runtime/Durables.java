package dev.mama.runtime;

import dev.mama.Event;
import dev.mama.MailboxFullException;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.StorageException;
import dev.mama.journal.JournalFault;
import dev.mama.journal.Pending;
import dev.mama.runtime.TurnMeters.Sample;
import dev.mama.spi.Envelope.Failure;
import dev.mama.spi.Envelope.Failure.Reason;
import dev.mama.spi.Envelope.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the turns of durable agents, and has them written before anything of them leaves. */
final class Durables {

  private static final Logger LOG = LoggerFactory.getLogger(Durables.class);

  /** How long a turn that the disk refused waits until it is written again. */
  private static final Duration REFUSED = Duration.ofMillis(200);

  /** What has become of a turn. */
  sealed interface Step {

    /** Nothing is to be written; the message is done with. */
    record Done() implements Step {}

    /** The turn is in line to be written. */
    record Ended(Commit commit) implements Step {}

    /** The message is to be tried again. */
    record Again(Duration pause) implements Step {}

    /** The agent does nothing any more until the group is opened again. */
    record StandStill() implements Step {}
  }

  static final Step DONE = new Step.Done();

  private final AgentStore store;
  private final Turns turns;
  private final Router router;
  private final Recorder recorder;
  private final Outstanding outstanding;
  private final GroupOptions options;
  private final Loaded loaded;
  private final Timers timers;
  private final Cleaner cleaner;
  private final Release release;
  private final States states;
  private final DurableFailures failures;

  private final KnownAnswers answers;

  Durables(AgentStore store, Turns turns, Outstanding outstanding, GroupOptions options) {
    this.store = store;
    this.turns = turns;
    this.router = turns.router();
    this.recorder = turns.recorder();
    this.outstanding = outstanding;
    this.options = options;
    this.loaded = new Loaded(store.loadedAgents());
    this.timers = new Timers(store, router, turns.schedule(), options.time());
    this.cleaner = new Cleaner(store, router, timers);
    this.states = new States(store);
    this.failures = new DurableFailures(this, states, turns, outstanding);
    this.answers = new KnownAnswers(store, recorder);
    this.release = new Release(this, turns);
    var meters = options.meters();
    meters.gauge("mama.durable.loaded", List.of(), loaded, Loaded::count);
    meters.gauge("mama.durable.segments", List.of(), store, s -> s.figures().segments());
    meters.gauge("mama.durable.held", List.of(), store.holds(), Holds::count);
    meters.gauge("mama.durable.force.nanos", List.of(), store, s -> s.figures().forceMedianNanos());
    meters.more().counter("mama.durable.forces", List.of(), store, s -> s.figures().forces());
    meters.more().counter("mama.durable.records", List.of(), store, s -> s.figures().records());
    meters.more().counter("mama.durable.bytes", List.of(), store, s -> s.figures().bytes());
    meters.more().counter("mama.durable.reloads", List.of(), loaded, Loaded::came);
  }

  AgentStore store() {
    return store;
  }

  Overflow overflow() {
    return turns.overflow();
  }

  Timers timers() {
    return timers;
  }

  KnownAnswers answers() {
    return answers;
  }

  /** Lets {@code cell} run; not once the group has closed, then the next run goes on with it. */
  void enqueue(DurableCell cell) {
    try {
      turns.dispatcher().enqueue(cell);
    } catch (RejectedExecutionException e) {
      LOG.debug("the group has closed; agent '{}' goes on when it is resumed", cell.id);
    }
  }

  /** Lets {@code cell} run after {@code pause}. */
  void later(Duration pause, DurableCell cell) {
    var unused =
        turns
            .schedule()
            .once(
                pause,
                () -> {
                  enqueue(cell);
                  return true;
                });
  }

  /** Whether {@code row} is to be kept anywhere. */
  boolean isRecorded(Event row) {
    return recorder.isOn() || row instanceof Event.MetricRecorded;
  }

  int members(String topic) {
    return turns.topics().count(topic);
  }

  /** Called by the store's thread for each turn that is written, or could not be. */
  void written(Commit commit) {
    if (commit.failure == null) {
      if (store.isWaitedFor()) {
        enqueue(commit.cell); // else it has gone on long since
      }
      cleaner.look();
    } else if (store.isWaitedFor() && commit.failure.fault() instanceof JournalFault.Refused) {
      var unused =
          turns
              .schedule()
              .once(
                  REFUSED,
                  () -> {
                    router.elsewhere(() -> again(commit));
                    return true;
                  });
    }
  }

  private void again(Commit commit) {
    try {
      store.submit(commit, null);
      store.await(commit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the group closes
    } catch (StorageException e) {
      recorder.error("agent/" + commit.cell.id, "stands still: " + e.getMessage(), null);
    }
  }

  /**
   * Reads what there is and begins to write.
   *
   * @throws StorageException if it cannot be read
   */
  Recovered open() {
    try {
      return store.begin(this::written);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("interrupted while the agents were read; open the group again", e);
    }
  }

  /**
   * Has it written that {@code cell} has been stopped for good; in line on return, before another
   * of its id begins.
   */
  void ended(DurableCell cell) {
    try {
      Pending unused = Waits.surely(() -> store.submit(new Entry.Stopped(cell.id)));
    } catch (StorageException e) {
      LOG.error("agent '{}' was stopped and comes back when resumed: {}", cell.id, e.getMessage());
    }
  }

  /**
   * Has {@code cells} written as they begin; where that fails, they are not there any more. Once
   * the first is in line the others follow, interrupted or not: all of them are there, or none.
   *
   * @throws StorageException if the disk refuses
   */
  void started(List<DurableCell> cells) throws InterruptedException {
    long generation = store.holds().enter();
    boolean written = false;
    try {
      Pending last = null;
      long[] records = new long[cells.size()];
      for (int i = 0; i < records.length; i++) {
        DurableCell cell = cells.get(i);
        var begins = new Entry.Saved(cell.id, cell.type(), 0, null, List.of(), List.of());
        last = last == null ? store.submit(begins) : Waits.surely(() -> store.submit(begins));
        records[i] = last.sequence();
      }
      if (last != null) {
        store.holds().seen(store.await(last));
      }
      for (int i = 0; i < records.length; i++) {
        var unused = cells.get(i).moved(0, records[i]); // where it has had a turn, that is newer
      }
      written = true;
    } finally {
      store.holds().leave(generation);
      if (!written) {
        cells.forEach(router::remove);
      }
    }
  }

  /**
   * Waits until the mailbox of {@code cell} has room, and takes none.
   *
   * @throws MailboxFullException if it stayed full
   */
  void awaitRoom(Cell cell, @Nullable Worker by) throws InterruptedException {
    if (cell.size() <= options.mailboxCapacity()) {
      return;
    }
    Worker.waits(by);
    try {
      if (!cell.awaitRoom(
          options.mailboxCapacity(), options.sendTimeout().toNanos(), options.time())) {
        throw new MailboxFullException(cell.id, options.mailboxCapacity(), options.sendTimeout());
      }
    } finally {
      Worker.goesOn(by);
    }
  }

  /**
   * Takes a message over that is no part of a durable turn.
   *
   * @throws StorageException if the disk does not take it; it was not accepted
   * @throws MailboxFullException if there was no room; it was not accepted
   */
  void accept(DurableCell cell, Message message, @Nullable Worker by) throws InterruptedException {
    awaitRoom(cell, by);
    long generation = store.holds().enter();
    try {
      Worker.waits(by);
      long record;
      try {
        record = store.append(new Entry.Accepted(message));
      } finally {
        Worker.goesOn(by);
      }
      store.holds().hold(record);
      router.deliverSurely(
          cell, Letter.kept(message, new Letter.Place(record, 0), options.time()), by);
    } finally {
      store.holds().leave(generation);
    }
  }

  /** Has {@code cell}'s agent handle {@code letter}; throws nothing. */
  Step turn(DurableCell cell, Letter letter, int failures, Worker by) {
    try {
      return attempt(cell, letter, failures, by);
    } catch (Throwable e) {
      turns.surprised(cell, letter, e);
      return new Step.Again(REFUSED);
    }
  }

  private Step attempt(DurableCell cell, Letter letter, int failures, Worker by) {
    Message message = letter.message();
    if (letter instanceof Letter.Leave) {
      loaded.leave(cell);
      return DONE;
    }
    if (cell.isStopped()) {
      return this.failures.stopped(cell, letter, by);
    }
    if (letter.isAsk() && message.deadline().remaining(options.time()).isZero()) {
      turns.meters().expired.increment();
      return done(letter, by);
    }
    if (letter.isTimed()) {
      try (Sample sample = turns.meters().begin(cell, letter)) {
        return handle(cell, letter, failures, sample, by);
      }
    }
    return handle(cell, letter, failures, null, by);
  }

  /**
   * The message is done with and never comes again: the only way out for one that is not left to
   * the next run.
   */
  Step done(Letter letter, Worker by) {
    if (letter instanceof Letter.Kept kept) {
      store.holds().free(kept.place().record());
    }
    answers.forget(letter);
    router.arrivals().handled(letter.envelope());
    outstanding.done(by);
    return DONE;
  }

  // A turn runs foreign code, which may throw anything; whatever it is must not reach the
  // neighbours.
  private Step handle(
      DurableCell cell, Letter letter, int failures, @Nullable Sample sample, Worker by) {
    try {
      if (!cell.isLoaded()) {
        states.load(cell);
        loaded.came(cell);
      } else {
        loaded.used();
      }
    } catch (StorageException e) {
      return this.failures.misfit(cell, letter, e, by);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Step.Again(REFUSED);
    } catch (Throwable e) {
      return this.failures.failed(cell, letter, failures, e, by);
    }
    cell.beginTurn();
    var turn = new DurableTurn(cell, letter, turns, this, by);
    try {
      cell.agent().onMessage(letter.message(), turn);
      if (turn.end() && letter.isAsk()) {
        turn.answer(
            Kind.FAILURE,
            Payload.of(new Failure(Reason.FAILED, "it handled the message without replying")));
      }
      Commit commit = turn.commit(Payload.of(States.durable(cell, cell.agent()).state()));
      if (commit == null) {
        for (Effect effect : turn.passing()) {
          release.pass(cell, effect, letter, by);
        }
        return done(letter, by);
      }
      return submitted(commit, by);
    } catch (Throwable e) {
      var unused = turn.end();
      turn.giveUp();
      if (sample != null) {
        sample.failed(e);
      }
      return store.isBroken()
          ? new Step.StandStill()
          : this.failures.failed(cell, letter, failures, e, by);
    }
  }

  /** Puts {@code commit} in line. */
  Step submitted(Commit commit, Worker by) throws InterruptedException {
    boolean submitted = false;
    try {
      store.submit(commit, by);
      submitted = true;
      return new Step.Ended(commit);
    } finally {
      if (!submitted) {
        store.giveUp(commit);
      }
    }
  }

  /** Lets out what a written turn has brought about; see {@link Release#of}. */
  @Nullable Duration release(DurableCell cell, Commit commit, Worker by) {
    try {
      return release.of(cell, commit, by) ? null : REFUSED;
    } catch (RuntimeException e) {
      LOG.error("agent '{}': what its turn brought about is tried again", cell.id, e);
      return REFUSED;
    }
  }

  void close() {
    cleaner.close();
    store.close();
  }
}
