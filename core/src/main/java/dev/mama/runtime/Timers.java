package dev.mama.runtime;

import dev.mama.Scheduled;
import dev.mama.StorageException;
import dev.mama.Time;
import dev.mama.runtime.Letter.Place;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What durable agents have scheduled for themselves; it stands in the journal until it is handled.
 */
final class Timers {

  /** What the agent holds of a message to come, also before the turn that schedules it commits. */
  static final class Handle implements Scheduled {
    private @Nullable Timer timer; // by the monitor, as is the other
    private boolean cancelled;

    @Override
    public void cancel() {
      Timer started;
      synchronized (this) {
        cancelled = true;
        started = timer;
      }
      if (started != null) {
        started.cancel();
      }
    }

    private synchronized boolean started(Timer started) {
      timer = started;
      return cancelled;
    }
  }

  private static final long SOON_MILLIS = 10_000;

  private final AgentStore store;
  private final Router router;
  private final Schedule schedule;
  private final Time time;
  private final Set<Timer> open = ConcurrentHashMap.newKeySet();

  Timers(AgentStore store, Router router, Schedule schedule, Time time) {
    this.store = store;
    this.router = router;
    this.schedule = schedule;
    this.time = time;
  }

  /** Has {@code later}, which stands at {@code place}, come to {@code cell} when it is due. */
  void start(DurableCell cell, Effect.Later later, Place place, @Nullable Handle handle) {
    var timer = new Timer(cell, later, place);
    open.add(timer);
    if (handle != null && handle.started(timer)) {
      timer.cancel();
    } else {
      timer.begin();
    }
  }

  /** Writes anew what stands before the record {@code end}. */
  void moveBefore(long end) throws InterruptedException {
    for (Timer timer : open) {
      timer.move(end);
    }
  }

  private final class Timer {
    private final DurableCell cell;
    private final Effect.Later later;
    private Place place; // by the monitor, as are the others
    private boolean over;
    private @Nullable Scheduled due;

    Timer(DurableCell cell, Effect.Later later, Place place) {
      this.cell = cell;
      this.later = later;
      this.place = place;
    }

    synchronized void begin() {
      long left = Math.max(0, later.dueMillis() - time.now().toEpochMilli());
      if (!over) {
        due = schedule.once(Duration.ofMillis(left), this::come);
      }
    }

    private synchronized boolean come() {
      if (!over && !router.isClosing() && !cell.isStopped()) {
        over = true;
        open.remove(this);
        router.comeLater(cell, Letter.kept(later.message(), place, time));
      }
      return true;
    }

    void cancel() {
      Scheduled last;
      Place at;
      synchronized (this) {
        if (over) {
          return;
        }
        over = true;
        last = due;
        at = place;
      }
      open.remove(this);
      if (last != null) {
        last.cancel();
      }
      try {
        var unused = store.submit(new Entry.TakenBack(at));
        store.holds().free(at.record());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StorageException("interrupted; it may come again after a kill", e);
      }
    }

    /** What comes soon is left where it is: the clock must not find this monitor taken. */
    synchronized void move(long end) throws InterruptedException {
      boolean soon = later.dueMillis() - time.now().toEpochMilli() < SOON_MILLIS;
      if (over || place.record() >= end || (soon && !cell.isStopped())) {
        return;
      }
      if (cell.isStopped()) {
        over = true;
        open.remove(this);
        store.holds().free(place.record());
        return;
      }
      long generation = store.holds().enter();
      try {
        long record = store.append(new Entry.Moved(later, place));
        store.holds().hold(record);
        store.holds().free(place.record());
        place = new Place(record, 0);
      } finally {
        store.holds().leave(generation);
      }
    }
  }
}
