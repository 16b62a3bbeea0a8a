package dev.mama.llm;

import dev.mama.llm.ConcurrencyLimit.Sent;
import java.time.Duration;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * A server of hidden capacity and a client with endless demand, in virtual time: no thread, no
 * clock, the same run from the same seed. One round trip is 100 ms, give or take a fifth.
 */
final class SimulatedServer {

  private static final double LATENCY = 100;
  private static final double REFUSAL = 2;

  private final ConcurrencyLimit limit;
  private final SplittableRandom random = new SplittableRandom(42);
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final boolean queues;
  private int capacity;
  private double[] slots;
  private int serving;
  private int inFlight;
  private double now;
  private double busyMillis;
  long refused;
  long sent;

  private record Event(double at, Sent call, double latency, int tokens, boolean carried)
      implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return Double.compare(at, other.at);
    }
  }

  /** Refuses what exceeds {@code capacity}, or lets it wait in line if {@code queues}. */
  SimulatedServer(ConcurrencyLimit limit, int capacity, boolean queues) {
    this.limit = limit;
    this.queues = queues;
    this.capacity = capacity;
    this.slots = new double[capacity];
  }

  void capacity(int calls) {
    capacity = calls;
    slots = new double[calls];
  }

  void forget() {
    refused = 0;
    sent = 0;
    busyMillis = 0;
  }

  /** Calls carried at once on average since {@link #forget}, for {@code roundTrips}. */
  double carried(int roundTrips) {
    return busyMillis / (roundTrips * LATENCY);
  }

  void roundTrips(int count) {
    double end = now + count * LATENCY;
    fill();
    while (!events.isEmpty() && events.peek().at() <= end) {
      var event = events.poll();
      now = event.at();
      inFlight--;
      if (event.carried()) {
        serving--;
        busyMillis += LATENCY;
        limit.answered(
            event.call(), Duration.ofNanos((long) (event.latency() * 1e6)), event.tokens());
      } else {
        refused++;
        limit.refused(event.call());
      }
      fill();
    }
    now = end;
  }

  private void fill() {
    while (inFlight < limit.limit()) {
      send();
    }
  }

  private void send() {
    sent++;
    var call = limit.sent(++inFlight);
    if (!queues && serving >= capacity) {
      events.add(new Event(now + REFUSAL, call, REFUSAL, 0, false));
      return;
    }
    serving++;
    int tokens = random.nextInt(20, 400);
    double work = LATENCY * (32 + tokens) / 242 * random.nextDouble(0.8, 1.2);
    double start = now;
    if (queues) {
      int free = 0;
      for (int i = 1; i < slots.length; i++) {
        free = slots[i] < slots[free] ? i : free;
      }
      start = Math.max(now, slots[free]);
      slots[free] = start + work;
    }
    events.add(new Event(start + work, call, start + work - now, tokens, true));
  }
}
