package dev.mama.runtime;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** The mailbox between its producers and its consumer. */
public final class MailboxStress {

  private static final int ROOMY = 100;

  private MailboxStress() {}

  @JCStressTest
  @Outcome(id = "ok", expect = ACCEPTABLE, desc = "all once, in each sender's order")
  @Outcome(expect = FORBIDDEN, desc = "lost, doubled, out of order, or stuck")
  @State
  public static class TwoProducersOneConsumer {
    private final Desk desk = new Desk();

    @Actor
    public void first() {
      desk.offer(1, 1, ROOMY);
      desk.offer(1, 2, ROOMY);
    }

    @Actor
    public void second() {
      desk.offer(2, 1, ROOMY);
      desk.offer(2, 2, ROOMY);
    }

    @Actor
    public void consumer() {
      desk.work(3);
      desk.work(3);
    }

    @Arbiter
    public void rest(L_Result result) {
      result.r1 = desk.close(4);
    }
  }

  @JCStressTest
  @Outcome(id = "ok", expect = ACCEPTABLE, desc = "all once, in each sender's order")
  @Outcome(expect = FORBIDDEN, desc = "lost, doubled, out of order, or stuck")
  @State
  public static class ProducerAgainstProducingConsumer {
    private final Desk desk = new Desk();

    @Actor
    public void producer() {
      desk.offer(1, 1, ROOMY);
      desk.offer(1, 2, ROOMY);
    }

    @Actor
    public void consumer() {
      desk.offer(2, 1, ROOMY);
      desk.work(2);
      desk.offer(2, 2, ROOMY);
      desk.work(2);
    }

    @Arbiter
    public void rest(L_Result result) {
      result.r1 = desk.close(4);
    }
  }

  @JCStressTest
  @Outcome(
      id = "ok",
      expect = ACCEPTABLE,
      desc = "the consumer that ends and the producer that comes agree")
  @Outcome(expect = FORBIDDEN, desc = "a wake-up was lost, or there were two")
  @State
  public static class ProducerAgainstIdleness {
    private final Desk desk = new Desk();

    public ProducerAgainstIdleness() {
      desk.offer(1, 1, ROOMY);
    }

    @Actor
    public void producer() {
      desk.offer(1, 2, ROOMY);
    }

    @Actor
    public void consumer() {
      desk.work(1);
    }

    @Arbiter
    public void rest(L_Result result) {
      result.r1 = desk.close(2);
    }
  }

  @JCStressTest
  @Outcome(
      id = {"2, ok", "3, ok"},
      expect = ACCEPTABLE,
      desc = "never more than capacity and the one in hand")
  @Outcome(expect = FORBIDDEN, desc = "the bound was passed, or room that is there was refused")
  @State
  public static class BoundedSize {
    private static final int CAPACITY = 1;
    private final Desk desk = new Desk();
    private boolean first;
    private boolean second;
    private boolean third;
    private int seen; // the most at any time

    @Actor
    public void first() {
      first = desk.offer(1, 1, CAPACITY);
      second = desk.offer(1, 2, CAPACITY);
    }

    @Actor
    public void consumerAndWitness() {
      seen = desk.size();
      third = desk.offer(2, 1, CAPACITY);
      seen = Math.max(seen, desk.size());
      desk.work(1);
      seen = Math.max(seen, desk.size());
    }

    @Arbiter
    public void rest(LL_Result result) {
      int accepted = (first ? 1 : 0) + (second ? 1 : 0) + (third ? 1 : 0);
      result.r1 = accepted;
      result.r2 = seen > CAPACITY + 1 ? "over" : desk.close(accepted);
    }
  }

  @JCStressTest
  @Outcome(id = "true, ok", expect = ACCEPTABLE, desc = "the waiting sender got the room")
  @Outcome(expect = FORBIDDEN, desc = "it slept through its room")
  @State
  public static class WaiterWakeUp {
    private final Desk desk = new Desk();

    public WaiterWakeUp() {
      desk.offer(1, 1, 0);
    }

    @Actor
    public void waiter(LL_Result result) {
      result.r1 = desk.offerWaiting(2, 1, 0);
    }

    @Actor
    public void consumer() {
      // Long enough, now and then, for the other to have lain down.
      for (int i = ThreadLocalRandom.current().nextInt(5_000); i > 0; i--) {
        Thread.onSpinWait();
      }
      desk.work(1);
    }

    @Arbiter
    public void rest(LL_Result result) {
      result.r2 = desk.close(2);
    }
  }

  @JCStressTest
  @Outcome(
      id = "true, true, ok",
      expect = ACCEPTABLE,
      desc = "both got their room, one after the other")
  @Outcome(expect = FORBIDDEN, desc = "one slept through its room")
  @State
  public static class TwoWaiters {
    private final Desk desk = new Desk();

    public TwoWaiters() {
      desk.offer(1, 1, 0);
    }

    @Actor
    public void first(LLL_Result result) {
      result.r1 = desk.offerWaiting(2, 1, 0);
    }

    @Actor
    public void second(LLL_Result result) {
      result.r2 = desk.offerWaiting(3, 1, 0);
    }

    @Actor
    public void consumer() {
      for (long end = System.nanoTime() + 10_000_000_000L;
          desk.handledCount() < 2 && System.nanoTime() < end; ) {
        desk.work(1);
        Thread.onSpinWait();
      }
    }

    @Arbiter
    public void rest(LLL_Result result) {
      result.r3 = desk.close(3);
    }
  }
}
