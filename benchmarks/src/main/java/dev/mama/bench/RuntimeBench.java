package dev.mama.bench;

import dev.mama.bench.compare.PekkoHost;
import java.util.ArrayList;
import java.util.List;

/**
 * How many messages do agents of one process exchange, how long is one on its way, and what does an
 * agent cost, beside Apache Pekko's typed actors?
 *
 * <p>Both sides run the same handlers with the same payload and the same bound on their mailboxes,
 * each as it comes by default, in turn, round by round. Every round counts what was handled; a lost
 * message ends the bench.
 */
final class RuntimeBench implements Bench {

  private static final String PEER = "pekko";

  @Override
  public String name() {
    return "runtime";
  }

  @Override
  public String question() {
    return "How fast are messages, starts and asks within a process, beside Apache Pekko?";
  }

  @Override
  public List<Figure> run(Options options, Progress progress) throws InterruptedException {
    RuntimeSizes sizes = RuntimeSizes.of(options.size());
    var steps = new Steps(progress, 4L * sizes.rounds() + 3);
    var figures = new ArrayList<Figure>();

    steps.now("building groups");
    figures.addAll(Groups.measure(sizes.groups()));

    steps.now("ping-pong");
    Duel pingPong =
        fight("pingpong", start -> new PingPong(start, sizes.pairs()), sizes, steps::round);
    figures.add(pingPong.rate());
    figures.add(pingPong.peerRate());
    figures.add(pingPong.overPeer().atLeast(1));
    figures.addAll(pingPong.costs());

    steps.now("fan-out");
    Duel fanOut =
        fight(
            "fanout",
            start -> new FanOut(start, sizes.senders(), sizes.agents()),
            sizes,
            steps::round);
    figures.add(fanOut.rate());
    figures.add(fanOut.peerRate());
    figures.add(fanOut.overPeer().atLeast(1.5));
    figures.addAll(fanOut.costs());

    steps.now("hops");
    Duel hops =
        fight(
            "hops",
            start -> new Hops(start, sizes.agents(), sizes.tokens(), options.seed()),
            sizes,
            steps::round);
    figures.add(hops.rate().atLeast(2_000_000));
    figures.add(hops.peerRate());
    figures.add(hops.overPeer().atLeast(1.5));
    figures.addAll(hops.costs());

    steps.now("latency");
    double capacity = Math.min(hops.rate().value(), hops.peerRate().value());
    figures.addAll(
        new HalfLoad(capacity)
            .measure(MamaHost::start, PekkoHost::start, sizes, options.seed(), steps::round)
            .figures());

    steps.now("requests");
    figures.addAll(
        new Requests(sizes.users(), sizes.requests())
            .measure(sizes.requestRounds(), sizes.requestWarmUp()));

    steps.now("starting %,d agents".formatted(sizes.idle()));
    figures.addAll(new IdleAgents().measure(sizes.idleRounds(), sizes.idle(), sizes.peerIdle()));
    steps.end();
    return figures;
  }

  private static Duel fight(
      String question, Exchange.On exchange, RuntimeSizes sizes, Runnable told)
      throws InterruptedException {
    return new Duel(question, PEER).fight(exchange, MamaHost::start, PekkoHost::start, sizes, told);
  }

  /** Counts the steps for the progress. */
  private static final class Steps {
    private final Progress progress;
    private final long all;
    private long done;
    private String step = "";

    Steps(Progress progress, long all) {
      this.progress = progress;
      this.all = all;
    }

    void now(String step) {
      this.step = step;
      progress.at(done, all, step);
    }

    void round() {
      progress.at(++done, all, step);
    }

    void end() {
      done = all;
      now("done");
    }
  }
}
