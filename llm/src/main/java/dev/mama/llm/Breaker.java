package dev.mama.llm;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.mama.Time;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * A circuit breaker over the latest calls of one model, by resilience4j, on the client's time.
 *
 * <p>Thread-safe; never waits. Each entry is followed by exactly one of the three results.
 */
final class Breaker {

  private static final int TRIALS = 3;

  private final CircuitBreaker breaker;
  private final Duration slowCall;
  private final Time time;
  private final long restNanos;
  private volatile long openedAt;

  Breaker(String name, BreakerOptions options, Time time) {
    this.slowCall = options.slowCall();
    this.time = time;
    this.restNanos = options.rest().toNanos();
    this.breaker =
        CircuitBreaker.of(
            name,
            CircuitBreakerConfig.custom()
                .slidingWindow(options.calls(), options.calls(), SlidingWindowType.COUNT_BASED)
                .failureRateThreshold((float) (100 * options.failureShare()))
                .slowCallRateThreshold((float) (100 * options.slowShare()))
                .slowCallDurationThreshold(options.slowCall())
                .waitDurationInOpenState(options.rest())
                .permittedNumberOfCallsInHalfOpenState(TRIALS)
                .writableStackTraceEnabled(false)
                .clock(new TimeClock(time))
                .build());
    breaker
        .getEventPublisher()
        .onStateTransition(event -> {
          if (event.getStateTransition().getToState() == CircuitBreaker.State.OPEN) {
            openedAt = time.nanos();
          }
        });
  }

  /** Whether a call may be made now. */
  boolean tryEnter() {
    return breaker.tryAcquirePermission();
  }

  void succeeded(Duration took) {
    breaker.onSuccess(took.toNanos(), NANOSECONDS);
  }

  void failed(Duration took, Throwable failure) {
    breaker.onError(took.toNanos(), NANOSECONDS, failure);
  }

  /** The call says nothing of the model, except that it was slow if it was. */
  void gaveUp(Duration took) {
    if (took.compareTo(slowCall) > 0) {
      succeeded(took);
    } else {
      breaker.releasePermission();
    }
  }

  /** Whether no call may be made now; once its rest is over it is tried again. */
  boolean isLeftAlone() {
    return breaker.getState() == CircuitBreaker.State.OPEN && time.nanos() - openedAt < restNanos;
  }

  /** 0 while calls are made, 1 while it is tried again, 2 while it is left alone; for a gauge. */
  int state() {
    return switch (breaker.getState()) {
      case OPEN, FORCED_OPEN -> 2;
      case HALF_OPEN -> 1;
      case CLOSED, DISABLED, METRICS_ONLY -> 0;
    };
  }

  /** The client's time as the JDK's clock, from an arbitrary origin, so that it never goes back. */
  private static final class TimeClock extends Clock {
    private final Time time;

    TimeClock(Time time) {
      this.time = time;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochSecond(0, time.nanos());
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
