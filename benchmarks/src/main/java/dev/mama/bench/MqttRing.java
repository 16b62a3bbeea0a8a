package dev.mama.bench;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tokens that go from member to member of a ring over a broker: whoever receives one passes it on,
 * until it has made its hops. So there are as many messages on their way as there are tokens.
 *
 * <p>Thread-safe.
 */
final class MqttRing {

  /** What hops: how often it has still to, where it is going, and when it was sent. */
  record Token(int left, int to, long sentNanos, String ballast) {}

  /** Sends a token to a member. */
  interface Carrier {
    void send(Token token) throws Exception;
  }

  private static final int LIMIT_SECONDS = 120;

  private final int members;
  private final String ballast;
  private final Semaphore ended = new Semaphore(0);
  private final AtomicInteger hops = new AtomicInteger();
  private final Samples samples = new Samples(); // by itself

  MqttRing(int members, int bytes) {
    this.members = members;
    this.ballast = "x".repeat(bytes);
  }

  /** The token that comes after {@code token}. */
  Token next(Token token) {
    return new Token(token.left() - 1, (token.to() + 1) % members, System.nanoTime(), ballast);
  }

  /** A member has received {@code token}; true if it is to be passed on. */
  boolean arrived(Token token) {
    long nanos = System.nanoTime() - token.sentNanos();
    synchronized (samples) {
      samples.add(nanos);
    }
    hops.incrementAndGet();
    if (token.left() == 0) {
      ended.release();
    }
    return token.left() > 0;
  }

  /**
   * Lets {@code tokens} make {@code hops} each; returns the nanoseconds it took.
   *
   * @throws IllegalStateException if some did not end
   */
  long run(int tokens, int hops, Carrier carrier) throws Exception {
    long start = System.nanoTime();
    for (int i = 0; i < tokens; i++) {
      int to = (int) ((long) i * members / tokens);
      carrier.send(new Token(hops - 1, to, System.nanoTime(), ballast));
    }
    if (!ended.tryAcquire(tokens, LIMIT_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(
          "%,d of %,d tokens were lost after %,d hops"
              .formatted(tokens - ended.availablePermits(), tokens, this.hops.get()));
    }
    return System.nanoTime() - start;
  }

  /** Times from sending to receiving, of all hops whose end was in this process. */
  Samples samples() {
    return samples;
  }
}
