package dev.mama.llm;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatRequest;
import dev.mama.Time;
import dev.mama.llm.ConcurrencyLimit.Sent;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets as many calls through as the {@link ConcurrencyLimit} says, the others one after the other
 * as {@link FairQueue} says.
 *
 * <p>A call is refused at once where the line is full, and where it cannot make its deadline: the
 * calls ahead of it over the limit, and its own, take the mean time of the calls observed. While
 * nothing is on the wire nobody is refused for that, so that a mean that is out of date can be
 * corrected.
 *
 * <p>Thread-safe. The lock is never held while waiting, nor while foreign code runs.
 */
final class Admission implements AutoCloseable {

  private static final double NEWEST_SHARE = 0.1;

  private final String name;
  private final Time time;
  private final int maxWaiting;
  private final ConcurrencyLimit limit;
  private final ReentrantLock lock = new ReentrantLock();
  private final FairQueue<Waiter> line;
  private int admitted;
  private int onWire;
  private double serviceNanos;
  private boolean closed;

  /** How a wait ended. */
  private enum State {
    WAITING,
    ADMITTED,
    DISPLACED,
    CLOSED
  }

  private static final class Waiter {
    final CountDownLatch ended = new CountDownLatch(1);
    State state = State.WAITING;

    void end(State end) {
      state = end;
      ended.countDown();
    }
  }

  Admission(String name, ConcurrencyLimit limit, int maxWaiting, Time time) {
    this.name = name;
    this.limit = limit;
    this.maxWaiting = maxWaiting;
    this.line = new FairQueue<>(maxWaiting);
    this.time = time;
  }

  /** Calls that may be on the wire at once, for a gauge. */
  int limit() {
    return locked(limit::limit);
  }

  /** Calls that were let through and have not ended, for a gauge. */
  int admitted() {
    return locked(() -> admitted);
  }

  /** Whether a call would be let through at once. */
  boolean isFree() {
    return locked(() -> admitted < limit.limit() && line.size() == 0);
  }

  /** How full it is. */
  Load load() {
    return locked(() ->
        new Load(
            line.size(),
            maxWaiting,
            Duration.ofNanos((long) (serviceNanos * line.size() / limit.limit()))));
  }

  /**
   * How full a line is.
   *
   * @param delay what whoever comes last may expect to wait
   */
  record Load(int waiting, int maxWaiting, Duration delay) {
    double share() {
      return maxWaiting == 0 ? 0 : (double) waiting / maxWaiting;
    }
  }

  /** Calls that wait, for a gauge. */
  int waiting() {
    return locked(line::size);
  }

  /**
   * Waits for the request's turn, at most until its deadline.
   *
   * @throws ChatException if there is no room, no time, or this is closed
   */
  Permit enter(ChatRequest request) throws InterruptedException {
    var waiter = new Waiter();
    lock.lock();
    try {
      if (closed) {
        throw closedFailure();
      }
      refuseIfTooLate(request);
      if (admitted < limit.limit() && line.size() == 0) {
        admitted++;
        return new Permit();
      }
      var offer = line.offer(request.priority(), request.caller(), waiter);
      if (!offer.accepted()) {
        throw full();
      }
      offer.displaced().ifPresent(other -> other.end(State.DISPLACED));
    } finally {
      lock.unlock();
    }
    return await(waiter, request);
  }

  /** Whoever waits is told that this is closed. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      for (var next = line.poll(); next.isPresent(); next = line.poll()) {
        next.get().end(State.CLOSED);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The right to make one call; confined to the caller's thread. */
  final class Permit implements AutoCloseable {
    private @Nullable Sent sent;

    private Permit() {}

    /** The call leaves now. */
    void sent() {
      lock.lock();
      try {
        sent = limit.sent(++onWire);
      } finally {
        lock.unlock();
      }
    }

    /** Whether the call was alone on the wire when it left. */
    boolean wasAlone() {
      return sent != null && sent.inFlight() == 1;
    }

    void answered(Duration latency, int tokens) {
      lock.lock();
      try {
        serviceNanos +=
            serviceNanos == 0
                ? latency.toNanos()
                : NEWEST_SHARE * (latency.toNanos() - serviceNanos);
        if (sent != null) {
          limit.answered(sent, latency, tokens);
        }
      } finally {
        lock.unlock();
      }
    }

    void refused() {
      lock.lock();
      try {
        if (sent != null) {
          limit.refused(sent);
        }
      } finally {
        lock.unlock();
      }
    }

    /** The call has ended, whatever came of it. */
    @Override
    public void close() {
      lock.lock();
      try {
        if (sent != null) {
          onWire--;
        }
        admitted--;
        admitNext();
      } finally {
        lock.unlock();
      }
    }
  }

  private Permit await(Waiter waiter, ChatRequest request) throws InterruptedException {
    boolean inTime = false;
    boolean ended = false;
    try {
      inTime = waiter.ended.await(request.deadline().remaining(time).toNanos(), NANOSECONDS);
      ended = true;
    } finally {
      if (!inTime) {
        leave(waiter, request, ended);
      }
    }
    // Final by now: it was told before the wait ended, or this has left the line.
    return switch (waiter.state) {
      case ADMITTED -> new Permit();
      case DISPLACED -> throw full();
      case CLOSED -> throw closedFailure();
      case WAITING ->
          throw failure("was not asked: the deadline passed before its turn", Reason.DEADLINE);
    };
  }

  /** Leaves the line; a place that was given meanwhile is kept if {@code keep}, else passed on. */
  private void leave(Waiter waiter, ChatRequest request, boolean keep) {
    lock.lock();
    try {
      if (waiter.state == State.WAITING) {
        line.remove(request.priority(), request.caller(), waiter);
      } else if (waiter.state == State.ADMITTED && !keep) {
        admitted--;
        admitNext();
      }
    } finally {
      lock.unlock();
    }
  }

  private void admitNext() {
    while (admitted < limit.limit()) {
      var next = line.poll();
      if (next.isEmpty()) {
        return;
      }
      admitted++;
      next.get().end(State.ADMITTED);
    }
  }

  private void refuseIfTooLate(ChatRequest request) {
    Duration left = request.deadline().remaining(time);
    if (left.isZero()) {
      throw failure("was not asked: the deadline passed before its turn", Reason.DEADLINE);
    }
    int ahead =
        admitted < limit.limit() && line.size() == 0
            ? 0
            : 1 + line.ahead(request.priority(), request.caller());
    double needed = serviceNanos * (1 + (double) ahead / limit.limit());
    if (onWire > 0 && needed > left.toNanos()) {
      throw failure(
          "was not asked: about %s are needed with %d calls ahead, and the deadline is in %s"
              .formatted(Duration.ofMillis((long) (needed / 1e6)), ahead, left),
          Reason.DEADLINE);
    }
  }

  private ChatException full() {
    return failure(
        "is busy: %d calls wait already; raise maxWaiting or ask less".formatted(maxWaiting),
        Reason.BUSY);
  }

  private ChatException closedFailure() {
    return failure("is closed", Reason.CLOSED);
  }

  private ChatException failure(String what, Reason reason) {
    return new ChatException("chat model %s %s".formatted(name, what), reason);
  }

  private <T> T locked(Supplier<T> read) {
    lock.lock();
    try {
      return read.get();
    } finally {
      lock.unlock();
    }
  }
}
