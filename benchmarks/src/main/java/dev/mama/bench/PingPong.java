package dev.mama.bench;

import dev.mama.bench.compare.Host;
import dev.mama.bench.compare.Host.Handler;
import dev.mama.bench.compare.Host.Token;

/** Pairs of agents, each of which passes one message to and fro. */
final class PingPong implements Exchange {

  private final int pairs;
  private final Host host;
  private final Tally tally;

  PingPong(Host.Start start, int pairs) throws InterruptedException {
    this.pairs = pairs;
    this.host = start.start(2 * pairs, this::handler);
    this.tally = new Tally("ping-pong on " + host.name(), 2 * pairs, LIMIT);
  }

  private Handler handler(int self) {
    return (token, out) -> {
      tally.handled(self);
      if (token.left() == 0) {
        tally.partEnded();
      } else {
        out.send(self ^ 1, new Token(token.number(), token.left() - 1));
      }
    };
  }

  @Override
  public long run(int laps) throws InterruptedException {
    for (int pair = 0; pair < pairs; pair++) {
      host.send(2 * pair, new Token(pair, laps - 1));
    }
    long messages = (long) pairs * laps;
    tally.await(pairs, messages);
    return messages;
  }

  @Override
  public void close() {
    host.close();
  }
}
