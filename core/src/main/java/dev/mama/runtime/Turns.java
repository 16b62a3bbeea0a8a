package dev.mama.runtime;

import dev.mama.Message;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Failure;
import dev.mama.spi.Envelope.Failure.Reason;
import dev.mama.spi.Envelope.Kind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs turns: one message, one agent, and whatever comes of it. */
final class Turns {

  /** Times are taken of one turn in so many, because taking them costs as much as a short turn. */
  private static final int TIMED = 64;

  private final GroupOptions options;
  private final Router router;
  private final Recorder recorder;
  private final Incarnations incarnations;
  private final Outstanding outstanding;
  private final Dispatcher dispatcher;
  private final Timer handling;
  private final Counter failed;
  private final Counter expired;

  Turns(
      GroupOptions options,
      Router router,
      Recorder recorder,
      Incarnations incarnations,
      Outstanding outstanding,
      Dispatcher dispatcher) {
    this.options = options;
    this.router = router;
    this.recorder = recorder;
    this.incarnations = incarnations;
    this.outstanding = outstanding;
    this.dispatcher = dispatcher;
    var meters = options.meters();
    handling =
        Timer.builder("mama.turn.time")
            .description("time to handle a message, of one turn in %d".formatted(TIMED))
            .publishPercentiles(0.5, 0.95, 0.99)
            .register(meters);
    failed = meters.counter("mama.turns.failed");
    expired = meters.counter("mama.turns.expired");
    meters.more().counter("mama.turns", List.of(), outstanding, Outstanding::finished);
    meters.gauge("mama.turns.running", List.of(), dispatcher, Dispatcher::running);
    meters.gauge("mama.turns.waiting", List.of(), dispatcher, Dispatcher::waiting);
  }

  Dispatcher dispatcher() {
    return dispatcher;
  }

  String group() {
    return options.name();
  }

  long seed() {
    return options.seed();
  }

  Outbox newOutbox(Cell cell) {
    return new Outbox(cell.id, incarnations.next(), cell, router, options);
  }

  Inbox newInbox(Cell cell) {
    return router.newInbox(cell);
  }

  /** Has {@code cell}'s agent handle {@code envelope}; throws nothing. */
  void run(Cell cell, Envelope envelope) {
    Message message = envelope.message();
    try {
      if (cell.isStopped()) {
        router.bury(
            envelope, "group '%s' was closed before it was handled".formatted(options.name()));
      } else if (envelope.kind() == Kind.ASK
          && message.deadline().remaining(options.time()).isZero()) {
        expired.increment(); // its asker has given up
      } else if ((message.id().getLeastSignificantBits() & (TIMED - 1)) == 0) {
        long start = options.time().nanos();
        handle(cell, envelope);
        handling.record(options.time().nanos() - start, TimeUnit.NANOSECONDS);
      } else {
        handle(cell, envelope);
      }
    } finally {
      if (Thread.currentThread().isInterrupted()) {
        var unused = Thread.interrupted(); // it was meant for this turn, not for the next one
      }
      outstanding.done();
    }
  }

  // A turn runs foreign code, which may throw anything; whatever it is must not reach the
  // neighbours.
  private void handle(Cell cell, Envelope envelope) {
    Message message = envelope.message();
    var turn = new Turn(cell, envelope, router, recorder, options);
    try {
      cell.agent.onMessage(message, turn);
      if (turn.end() && envelope.kind() == Kind.ASK) {
        router.fail(
            cell.outbox(),
            envelope,
            new Failure(Reason.FAILED, "it handled the message without replying"));
      }
    } catch (Throwable e) {
      failed.increment();
      boolean unanswered = turn.end();
      recorder.error(
          "agent/" + cell.id,
          "turn on message %s of '%s' failed: %s".formatted(message.id(), message.from(), e),
          message.trace());
      if (unanswered && envelope.kind() == Kind.ASK) {
        router.fail(cell.outbox(), envelope, new Failure(Reason.FAILED, e.toString()));
      }
    }
  }
}
