package dev.mama.bench;

import dev.mama.bench.compare.Host;
import dev.mama.bench.compare.Host.Handler;
import dev.mama.bench.compare.Host.Token;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Many agents, each of which sends what it receives on to a random other one. Fewer tokens are
 * under way than a mailbox holds, so nothing ever waits for room.
 */
final class Hops implements Exchange {

  private final int agents;
  private final int tokens;
  private final long seed;
  private final Host host;
  private final Tally tally;
  private volatile long[] arrivals = {};

  Hops(Host.Start start, int agents, int tokens, long seed) throws InterruptedException {
    if (tokens >= Host.MAILBOX) {
      throw new IllegalArgumentException(
          "%d tokens may not fit a mailbox of %d".formatted(tokens, Host.MAILBOX));
    }
    this.agents = agents;
    this.tokens = tokens;
    this.seed = seed;
    this.host = start.start(agents, this::handler);
    this.tally = new Tally("hops on " + host.name(), agents, LIMIT);
  }

  private Handler handler(int self) {
    var random = new SplittableRandom(seed + self);
    return (token, out) -> {
      tally.handled(self);
      if (token.left() > 0) {
        int other = random.nextInt(agents - 1);
        out.send(other < self ? other : other + 1, new Token(token.number(), token.left() - 1));
        return;
      }
      if (token.number() < arrivals.length) {
        arrivals[token.number()] = System.nanoTime();
      }
      tally.partEnded();
    };
  }

  @Override
  public long run(int laps) throws InterruptedException {
    arrivals = new long[0];
    for (int token = 0; token < tokens; token++) {
      host.send((int) ((long) token * agents / tokens), new Token(token, laps - 1));
    }
    long messages = (long) tokens * laps;
    tally.await(tokens, messages);
    return messages;
  }

  /**
   * Offers tokens at a steady rate, whatever becomes of those before; the application sends each to
   * a random agent, which sends it to another, where it ends: two deliveries. So that no mailbox
   * overflows, a token is sent late where as many as {@link #run} has are under way; that counts as
   * its delay.
   *
   * @param perSecond tokens per second
   * @return for each, the nanoseconds from when it was due to be sent, not from when it was sent
   *     (no coordinated omission), to when its last agent had it
   */
  long[] offer(double perSecond, int count) throws InterruptedException {
    var random = new SplittableRandom(seed);
    long[] nanos = new long[count];
    arrivals = nanos;
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      long due = start + due(i, perSecond);
      for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        LockSupport.parkNanos(early);
      }
      if (i >= tokens) {
        tally.awaitPart(2L * i);
      }
      host.send(random.nextInt(agents), new Token(i, 1));
    }
    tally.await(Math.min(count, tokens), 2L * count);
    for (int i = 0; i < count; i++) {
      nanos[i] -= start + due(i, perSecond);
    }
    return nanos;
  }

  private static long due(int number, double perSecond) {
    return (long) (number * 1e9 / perSecond);
  }

  @Override
  public void close() {
    host.close();
  }
}
