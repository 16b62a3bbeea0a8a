package dev.mama.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.mama.bench.compare.Host;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The same exchange on MAMA and on a peer, in turn, round by round, so that whatever else the
 * machine does falls on both.
 *
 * <p>Not thread-safe.
 */
final class Duel {

  private final String question;
  private final String peer;
  private final Side ours = new Side();
  private final Side theirs = new Side();
  private long messages;

  /**
   * @param question how its figures are called: {@code runtime.question.…}
   * @param peer how the other's figures are called: {@code runtime.peer.question.…}
   */
  Duel(String question, String peer) {
    this.question = question;
    this.peer = peer;
  }

  private static final class Side {
    final Samples rounds = new Samples();
    long bytes;
    long cpuNanos;

    void round(Exchange exchange, int laps) throws InterruptedException {
      long bytesBefore = Memory.allocated();
      long cpuBefore = cpuNanos();
      rounds.add(nanos(exchange, laps));
      cpuNanos += cpuNanos() - cpuBefore;
      bytes += Memory.allocated() - bytesBefore;
    }

    List<Figure> costs(String name, long messages) {
      long all = rounds.size() * messages;
      return List.of(
          Figure.of(name + ".bytes-per-message", (double) bytes / all, "B", all),
          Figure.of(name + ".cpu-per-message", (double) cpuNanos / all, "ns", all));
    }

    /** Of all threads, the collector's too. Unlike the clock, it stops while neighbours run. */
    private static long cpuNanos() {
      return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }
  }

  /**
   * Warms both up, then measures.
   *
   * @param told called after each round
   */
  Duel fight(
      Exchange.On exchange, Host.Start us, Host.Start them, RuntimeSizes sizes, Runnable told)
      throws InterruptedException {
    try (Exchange our = exchange.open(us);
        Exchange their = exchange.open(them)) {
      int laps = warmUp(our, their, sizes.round(), sizes.warmUp());
      messages = our.run(laps);
      their.run(laps);
      for (int i = 0; i < sizes.rounds(); i++) {
        ours.round(our, laps);
        theirs.round(their, laps);
        told.run();
      }
    }
    return this;
  }

  /** Returns how many laps take a round on the slower side. */
  private static int warmUp(Exchange our, Exchange their, Duration round, Duration warmUp)
      throws InterruptedException {
    long start = System.nanoTime();
    int laps = 1;
    for (int done = 0; done < 6 || System.nanoTime() - start < warmUp.toNanos(); done++) {
      long slower = Math.max(nanos(our, laps), nanos(their, laps));
      double factor = Math.min(8, (double) round.toNanos() / slower);
      laps = Math.clamp(Math.round(laps * factor), 1, Integer.MAX_VALUE);
    }
    return laps;
  }

  private static long nanos(Exchange exchange, int laps) throws InterruptedException {
    long start = System.nanoTime();
    exchange.run(laps);
    return System.nanoTime() - start;
  }

  /** Ours: messages per second. */
  Figure rate() {
    return ours.rounds.rate("runtime." + question + ".rate", (double) messages);
  }

  /** The peer's. */
  Figure peerRate() {
    return theirs.rounds.rate("runtime." + peer + "." + question + ".rate", (double) messages);
  }

  /** How many times as many messages as the peer's. */
  Figure overPeer() {
    return theirs.rounds.over(ours.rounds, "runtime." + question + ".over-" + peer);
  }

  /** Bytes allocated and processor time per message: ours and the peer's. */
  List<Figure> costs() {
    var figures = new ArrayList<Figure>(ours.costs("runtime." + question, messages));
    figures.addAll(theirs.costs("runtime." + peer + "." + question, messages));
    return figures;
  }
}
