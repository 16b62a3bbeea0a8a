package dev.mama.mqtt;

import dev.mama.testkit.FaultProxy;
import java.util.concurrent.TimeUnit;

/** What happens to the connections of a drill, once. */
enum Fault {
  CUT {
    @Override
    void strike(FaultProxy proxy) {
      proxy.cut();
    }
  },
  RESET {
    @Override
    void strike(FaultProxy proxy) {
      proxy.reset();
    }
  },
  STALL {
    @Override
    void strike(FaultProxy proxy) throws InterruptedException {
      proxy.stall();
      awaitNewConnections(proxy);
      proxy.heal();
    }
  },
  HALF_OPEN {
    @Override
    void strike(FaultProxy proxy) {
      proxy.halfOpen();
    }
  },
  SLOW {
    @Override
    void strike(FaultProxy proxy) throws InterruptedException {
      proxy.slow(200);
      awaitNewConnections(proxy);
      proxy.heal();
    }
  };

  abstract void strike(FaultProxy proxy) throws InterruptedException;

  /** The clients give up, because nobody answers their pings. */
  private static void awaitNewConnections(FaultProxy proxy) throws InterruptedException {
    int before = proxy.connections();
    while (proxy.connections() == before) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }
}
