package dev.mama.runtime;

import dev.mama.Message;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Failure;
import dev.mama.spi.Envelope.Failure.Reason;
import dev.mama.spi.Envelope.Kind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** Runs turns: one message, one agent, and whatever comes of it. */
final class Turns {

  private final GroupOptions options;
  private final Router router;
  private final Recorder recorder;
  private final Outstanding outstanding;
  private final Timer handling;
  private final Counter failed;
  private final Counter expired;

  Turns(GroupOptions options, Router router, Recorder recorder, Outstanding outstanding) {
    this.options = options;
    this.router = router;
    this.recorder = recorder;
    this.outstanding = outstanding;
    this.handling = options.meters().timer("mama.turns");
    this.failed = options.meters().counter("mama.turns.failed");
    this.expired = options.meters().counter("mama.turns.expired");
  }

  /** Has {@code cell}'s agent handle {@code envelope}; throws nothing. */
  void run(Cell cell, Envelope envelope) {
    long start = options.time().nanos();
    try {
      if (envelope.kind() == Kind.ASK
          && envelope.message().deadline().remaining(options.time()).isZero()) {
        expired.increment(); // its asker has given up
      } else {
        handle(cell, envelope);
      }
    } finally {
      handling.record(options.time().nanos() - start, TimeUnit.NANOSECONDS);
      var unused =
          Thread.interrupted(); // an interrupt was meant for this turn, not for the next one
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
            cell.outbox,
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
        router.fail(cell.outbox, envelope, new Failure(Reason.FAILED, e.toString()));
      }
    }
  }
}
