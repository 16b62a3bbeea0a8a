package dev.mama.bench;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.Limiter;
import com.netflix.concurrency.limits.limit.AIMDLimit;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.VegasLimit;
import com.netflix.concurrency.limits.limiter.BlockingLimiter;
import com.netflix.concurrency.limits.limiter.SimpleLimiter;
import java.util.concurrent.TimeUnit;

/**
 * The limits of Netflix's <a
 * href="https://github.com/Netflix/concurrency-limits">concurrency-limits</a>, as a user would set
 * them up: its defaults, with as many calls at most as there are connections. A refusal is told as
 * a drop, which {@code Gradient2Limit} takes for a very quick answer.
 */
enum LlmPeerLimit {
  /** Up by one when at least half is used, down by a tenth at a refusal; latency says nothing. */
  AIMD,
  VEGAS,
  GRADIENT2;

  /** A new one, of so many calls at most. */
  Limit of(int most) {
    return switch (this) {
      case AIMD -> AIMDLimit.newBuilder().maxLimit(most).timeout(1, TimeUnit.MINUTES).build();
      case VEGAS -> VegasLimit.newBuilder().maxConcurrency(most).build();
      case GRADIENT2 -> Gradient2Limit.newBuilder().maxConcurrency(most).build();
    };
  }

  /** Calls through {@code caller} when {@code limit} lets it; who waits is woken in any order. */
  static LlmCaller behind(Limit limit, LlmCaller caller) {
    Limiter<Void> limiter = BlockingLimiter.wrap(SimpleLimiter.newBuilder().limit(limit).build());
    return new LlmCaller() {
      @Override
      public boolean call() throws InterruptedException {
        Limiter.Listener place = limiter.acquire(null).orElse(null);
        if (place == null) {
          return false; // interrupted while it waited
        }
        boolean answered = false;
        try {
          answered = caller.call();
          return answered;
        } finally {
          if (answered) {
            place.onSuccess();
          } else {
            place.onDropped();
          }
        }
      }

      @Override
      public void close() {
        caller.close();
      }
    };
  }
}
