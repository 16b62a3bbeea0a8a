package dev.mama.llm;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatRequest;
import dev.mama.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * All ways to one model: keys and addresses, each a lane with a pool, a gate and a pace of its own.
 *
 * <p>Calls are shared out by weight among the ways that are free, by smooth weighted round robin
 * (as nginx does it): deterministic, and no burst goes to one way. Where none is free, among those
 * that only need a wait; where all want to be left alone, the one that is asked waits. A way that
 * fails is asked once and the call goes on to the next at once; only the last one left is asked as
 * often as a model that has no other way. A way that answered 401 or 403 rests for a minute, one
 * that failed otherwise for a second, and so is not chosen while others are there.
 *
 * <p>Thread-safe; choosing never waits.
 */
final class ModelWays implements AutoCloseable {

  private static final Duration DENIED_REST = Duration.ofMinutes(1);
  private static final Duration FAILED_REST = Duration.ofSeconds(1);

  private final List<Way> ways;
  private final Time time;

  /** One way; what changes is guarded by the monitor of all ways. */
  static final class Way {
    private final ModelLane lane;
    private final double weight;
    private double current;
    private boolean rests;
    private long restsUntil;

    Way(ModelLane lane, double weight) {
      this.lane = lane;
      this.weight = weight;
    }
  }

  /** Asks one way, at most {@code attempts} times, after {@code asked} askings of others. */
  interface Asking<T> {
    T of(ModelLane lane, int attempts, int asked) throws InterruptedException;
  }

  ModelWays(List<Way> ways, Time time) {
    this.ways = List.copyOf(ways);
    this.time = time;
  }

  ModelLane first() {
    return ways.getFirst().lane;
  }

  /** Whether no call may be made on any way. */
  boolean isLeftAlone() {
    return ways.stream().allMatch(way -> way.lane.isLeftAlone());
  }

  /** How full the emptiest way is. */
  Admission.Load load() {
    Admission.Load least = first().load();
    for (Way way : ways.subList(1, ways.size())) {
      Admission.Load other = way.lane.load();
      least = other.share() < least.share() ? other : least;
    }
    return least;
  }

  /**
   * Asks one way after the other until one answers.
   *
   * @throws ChatException the last one's, with the askings of all
   */
  <T> T ask(ChatRequest request, Asking<T> asking) throws InterruptedException {
    var untried = new ArrayList<>(ways);
    int asked = 0;
    while (true) {
      Way way = choose(untried, request);
      untried.remove(way);
      boolean last = untried.stream().noneMatch(other -> unreadiness(other, request) < 2);
      try {
        return asking.of(way.lane, last ? way.lane.maxAttempts() : 1, asked);
      } catch (ChatException e) {
        asked += e.attempts();
        if (ways.size() > 1) {
          rest(way, e.reason());
        }
        if (last || !ModelChain.mayPassOn(e, request, time)) {
          throw asked == e.attempts() ? e : counting(e, asked);
        }
      }
    }
  }

  @Override
  public void close() {
    ways.forEach(way -> way.lane.close());
  }

  private Way choose(List<Way> among, ChatRequest request) {
    if (among.size() == 1) {
      return among.getFirst();
    }
    int least = among.stream().mapToInt(way -> unreadiness(way, request)).min().orElse(0);
    synchronized (this) {
      Way best = among.getFirst();
      double sum = 0;
      double most = Double.NEGATIVE_INFINITY;
      for (Way way : among) {
        if (unreadiness(way, request) <= least) {
          way.current += way.weight;
          sum += way.weight;
          if (way.current > most) {
            most = way.current;
            best = way;
          }
        }
      }
      best.current -= sum;
      return best;
    }
  }

  private int unreadiness(Way way, ChatRequest request) {
    return isResting(way) ? 3 : way.lane.unreadiness(request);
  }

  private synchronized boolean isResting(Way way) {
    way.rests = way.rests && time.nanos() - way.restsUntil < 0;
    return way.rests;
  }

  private void rest(Way way, Reason why) {
    switch (why) {
      case DENIED -> rest(way, DENIED_REST);
      case UNREACHABLE, FAILED, OVERLOADED, TIMEOUT, TRUNCATED, MALFORMED -> rest(way, FAILED_REST);
      case REFUSED, CLOSED, BUDGET, DEADLINE, BUSY, RESTING, SKIPPED -> {}
    }
  }

  private synchronized void rest(Way way, Duration length) {
    way.rests = true;
    way.restsUntil = time.nanos() + length.toNanos();
  }

  private static ChatException counting(ChatException e, int asked) {
    return new ChatException(
        String.valueOf(e.getMessage()), e.reason(), asked, e.retryAfter().orElse(null), e);
  }
}
