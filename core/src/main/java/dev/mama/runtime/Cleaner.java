package dev.mama.runtime;

import dev.mama.StorageException;
import dev.mama.journal.Pending;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * As a log-structured file system cleans its segments (Rosenblum and Ousterhout, 1992): what still
 * counts of the oldest part of the journal is written again at its end, and then that part is let
 * go. What counts are states that are their agents' latest, messages to come later, and how far an
 * agent has come with senders elsewhere, of which a turn's record says only what that turn moved.
 * Other messages are waited for: they are about to be handled.
 */

/**
 * Keeps the journal short: a few records for each agent.
 *
 * <p>Thread-safe; one thread at a time cleans.
 */
final class Cleaner implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Cleaner.class);

  /** Records for each agent before there is cleaning, and those to spare. */
  private static final int RECORDS_PER_AGENT = 4;

  private static final long SPARE = 4 * Holds.RECORDS;
  private static final int AT_ONCE = 1_000;

  private final AgentStore store;
  private final Router router;
  private final Timers timers;
  private final AtomicBoolean busy = new AtomicBoolean();
  private long cleanedBefore; // by whoever has set busy
  private volatile long lookAgain;
  private volatile boolean closed;

  Cleaner(AgentStore store, Router router, Timers timers) {
    this.store = store;
    this.router = router;
    this.timers = timers;
  }

  /** Begins to clean, if it is worth while, on a thread of its own. */
  void look() {
    long next = store.holds().latest();
    if (next >= lookAgain && !closed && busy.compareAndSet(false, true)) {
      long agents = router.cells().size();
      long first = Math.max(cleanedBefore, store.firstRecord());
      long least = RECORDS_PER_AGENT * agents + SPARE;
      if (next - first < least) {
        lookAgain = first + least;
        busy.set(false);
        return;
      }
      lookAgain = next + Holds.RECORDS;
      long end = Holds.generation(next - least / 2);
      Thread.ofPlatform().daemon().name("mama-cleaner").start(() -> clean(first, end));
    }
  }

  private void clean(long first, long generation) {
    try {
      long end = generation * Holds.RECORDS;
      timers.moveBefore(end);
      if (!store.holds().giveUpBefore(generation)) {
        return; // something there is still needed: nothing is read for nothing
      }
      store.flush();
      var moving = new ArrayList<Moving>(AT_ONCE);
      var passed = new LinkedHashMap<DurableCell, Entry.Saved>();
      store.read(
          first,
          end,
          (record, entry) -> {
            Entry.Saved saved =
                switch (entry) {
                  case Entry.Saved alone -> alone;
                  case Entry.Committed turn -> turn.saved();
                  default -> null;
                };
            if (saved != null && router.cell(saved.agent()) instanceof DurableCell cell) {
              if (cell.record() == record) {
                passed.remove(cell);
                moving.add(new Moving(cell, record, copy(cell, saved)));
                settle(moving, AT_ONCE);
              } else if (!saved.positions().isEmpty()) {
                passed.put(cell, saved);
              }
            }
          });
      // Of those whose latest record stands further on, what it does not say of senders elsewhere.
      for (var each : passed.entrySet()) {
        moving.add(new Moving(each.getKey(), -1, copy(each.getKey(), each.getValue())));
        settle(moving, AT_ONCE);
      }
      settle(moving, 1);
      cleanedBefore = end;
      store.releaseBefore(end);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (StorageException | dev.mama.journal.JournalException e) {
      if (!closed) {
        LOG.warn("the agents' journal was not made shorter: {}", e.getMessage());
      }
    } finally {
      busy.set(false);
    }
  }

  private record Moving(DurableCell cell, long record, @Nullable Pending copy) {}

  /** Writes {@code saved} again, with all that is known of senders elsewhere by now. */
  private static @Nullable Pending copy(DurableCell cell, Entry.Saved saved)
      throws InterruptedException {
    Positions positions = cell.positionsIfAny();
    return cell.write(
        new Entry.Saved(
            saved.agent(),
            saved.type(),
            saved.turn(),
            saved.state(),
            positions == null ? List.of() : positions.all(),
            saved.topics()));
  }

  /** Waits for the copies, once there are {@code enough}. */
  private void settle(List<Moving> moving, int enough) {
    if (moving.size() < enough) {
      return;
    }
    for (Moving each : moving) {
      if (each.copy() != null) {
        long copy = store.await(each.copy());
        var unused = each.cell().moved(each.record(), copy); // unless a turn was faster
      }
    }
    moving.clear();
  }

  @Override
  public void close() {
    closed = true;
  }
}
