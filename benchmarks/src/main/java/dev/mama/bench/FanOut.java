package dev.mama.bench;

import dev.mama.bench.compare.Host;
import dev.mama.bench.compare.Host.Handler;
import dev.mama.bench.compare.Host.Token;

/**
 * A few agents that send to each of many, in waves: a wave is at most what a mailbox holds, so none
 * overflows even if its agent does not run at all.
 */
final class FanOut implements Exchange {

  private final int senders;
  private final int receivers;
  private final int each;
  private final Host host;
  private final Tally tally;

  FanOut(Host.Start start, int senders, int receivers) throws InterruptedException {
    this.senders = senders;
    this.receivers = receivers;
    this.each = Host.MAILBOX * 3 / 4 / senders;
    this.host = start.start(senders + receivers, i -> i < senders ? sender(i) : receiver(i, each));
    this.tally = new Tally("fan-out on " + host.name(), senders + receivers, LIMIT);
  }

  private Handler sender(int self) {
    int first = self * receivers / senders;
    return (token, out) -> {
      for (int lap = 0; lap < token.left(); lap++) {
        for (int i = 0; i < receivers; i++) {
          out.send(senders + (first + i) % receivers, new Token(self, 0));
        }
      }
    };
  }

  private Handler receiver(int self, int fromEach) {
    long quota = (long) fromEach * senders;
    return (token, out) -> {
      if (tally.handled(self) == quota) {
        tally.partEnded();
      }
    };
  }

  @Override
  public long run(int laps) throws InterruptedException {
    long wave = (long) each * senders * receivers;
    for (int lap = 0; lap < laps; lap++) {
      for (int sender = 0; sender < senders; sender++) {
        host.send(sender, new Token(sender, each));
      }
      tally.await(receivers, wave);
    }
    return laps * wave;
  }

  @Override
  public void close() {
    host.close();
  }
}
