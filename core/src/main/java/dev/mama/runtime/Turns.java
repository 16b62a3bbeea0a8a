package dev.mama.runtime;

import dev.mama.Message;
import dev.mama.Supervision;
import dev.mama.Supervision.Reaction;
import dev.mama.runtime.TurnMeters.Sample;
import dev.mama.spi.Envelope.Failure;
import dev.mama.spi.Envelope.Failure.Reason;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs turns: one message, one agent, and whatever comes of it. */
final class Turns {

  private static final Logger LOG = LoggerFactory.getLogger(Turns.class);

  private final GroupOptions options;
  private final Router router;
  private final DeadLetters deadLetters;
  private final Recorder recorder;
  private final Incarnations incarnations;
  private final Outstanding outstanding;
  private final Dispatcher dispatcher;
  private final Schedule schedule;
  private final ExecutorService processors;
  private final Topics topics;
  private final TurnMeters meters;

  Turns(
      GroupOptions options,
      Router router,
      Recorder recorder,
      Incarnations incarnations,
      Outstanding outstanding,
      Dispatcher dispatcher,
      Schedule schedule,
      ExecutorService processors) {
    this.options = options;
    this.router = router;
    this.deadLetters = router.deadLetters();
    this.recorder = recorder;
    this.incarnations = incarnations;
    this.outstanding = outstanding;
    this.dispatcher = dispatcher;
    this.schedule = schedule;
    this.processors = processors;
    topics = new Topics(options, router);
    meters = new TurnMeters(options, outstanding, dispatcher);
  }

  Dispatcher dispatcher() {
    return dispatcher;
  }

  GroupOptions options() {
    return options;
  }

  Router router() {
    return router;
  }

  Recorder recorder() {
    return recorder;
  }

  Schedule schedule() {
    return schedule;
  }

  Overflow overflow() {
    return router.arrivals().overflow();
  }

  TurnMeters meters() {
    return meters;
  }

  Topics topics() {
    return topics;
  }

  <T> Future<T> compute(Callable<T> arithmetic) {
    return processors.submit(arithmetic);
  }

  String group() {
    return options.name();
  }

  long seed() {
    return options.seed();
  }

  Outbox newOutbox(Cell cell) {
    return new Outbox(cell.id, incarnations.next(), router, options);
  }

  Inbox newInbox(Cell cell) {
    return router.arrivals().newInbox(cell);
  }

  /**
   * Has {@code cell}'s agent handle {@code letter}; throws nothing.
   *
   * @param failures how often it has failed on this message before
   * @param by the worker that runs the turn, on this thread
   * @return the pause after which it must be tried again, or null if the message is done with
   */
  @Nullable Duration run(Cell cell, Letter letter, int failures, Worker by) {
    Duration pause = null;
    try {
      pause = attempt(cell, letter, failures, by);
    } catch (Throwable e) {
      surprised(cell, letter, e);
    }
    if (pause == null) {
      router.arrivals().handled(letter.envelope());
      outstanding.done(by);
    }
    return pause;
  }

  /** What is reported where not the agent's code has failed, but what is around it. */
  void surprised(Cell cell, Letter letter, Throwable cause) {
    LOG.error("agent '{}', message {}: {}", cell.id, letter.message().id(), cause, cause);
    meters.failed.increment();
  }

  private @Nullable Duration attempt(Cell cell, Letter letter, int failures, Worker by) {
    Message message = letter.message();
    if (cell.isStopped()) {
      deadLetters.bury(message, "agent '%s' was stopped before it was handled".formatted(cell.id));
    } else if (letter.isAsk() && message.deadline().remaining(options.time()).isZero()) {
      meters.expired.increment(); // its asker has given up
    } else if (letter.isTimed()) {
      try (Sample sample = meters.begin(cell, letter)) {
        return handle(cell, letter, failures, sample, by);
      }
    } else {
      return handle(cell, letter, failures, null, by);
    }
    return null;
  }

  // A turn runs foreign code, which may throw anything; whatever it is must not reach the
  // neighbours.
  private @Nullable Duration handle(
      Cell cell, Letter letter, int failures, @Nullable Sample sample, Worker by) {
    var turn = new Turn(cell, letter, this, by);
    try {
      cell.agent().onMessage(letter.message(), turn);
      if (turn.end() && letter.isAsk()) {
        deadLetters.fail(
            cell.outbox(),
            letter.message(),
            new Failure(Reason.FAILED, "it handled the message without replying"),
            by);
      }
      return null;
    } catch (Throwable e) {
      if (sample != null) {
        sample.failed(e);
      }
      return failed(cell, letter, failures + 1, turn.end(), e, by);
    }
  }

  /**
   * A turn has failed for {@code cause}.
   *
   * @param failures how often it has
   * @return the pause before the next try, or null if it was the last
   */
  @Nullable Duration failed(
      Cell cell, Letter letter, int failures, boolean unanswered, Throwable cause, Worker by) {
    meters.failed.increment();
    Supervision supervision = cell.supervision();
    Message message = letter.message();
    recorder.error(
        "agent/" + cell.id,
        "turn on message %s of '%s' failed (try %d of %d): %s"
            .formatted(message.id(), message.from(), failures, supervision.tries(), cause),
        message.trace());
    boolean last = failures >= supervision.tries() || !unanswered || cell.isStopped();
    switch (supervision.reaction()) {
      case RESUME -> {}
      case RESTART -> restart(cell, message);
      case STOP, ESCALATE -> {
        if (last) {
          stop(cell, cause);
        }
      }
    }
    if (!last) {
      return supervision.pauseAfter(failures);
    }
    if (supervision.tries() > 1) {
      deadLetters.count();
    }
    if (unanswered && letter.isAsk()) {
      deadLetters.fail(cell.outbox(), message, new Failure(Reason.FAILED, cause.toString()), by);
    }
    return null;
  }

  private void restart(Cell cell, Message message) {
    try {
      cell.restart();
      meters.restarted.increment();
    } catch (RuntimeException | Error e) {
      recorder.error(
          "agent/" + cell.id,
          "could not be made anew, and goes on as it is: %s".formatted(e),
          message.trace());
    }
  }

  private void stop(Cell cell, Throwable cause) {
    cell.refuse(); // and not stop: this is its own turn, which still has to tell the asker
    cell.end();
    router.remove(cell); // from here on another may begin under its id
    topics.leaveAll(cell);
    if (cell.supervision().reaction() == Reaction.ESCALATE) {
      router.elsewhere(() -> options.escalation().accept(cell.id, cause));
    }
  }

  /**
   * Reports a turn that lasts longer than it may, and interrupts it where its agent's type says so.
   */
  void overdue(Worker worker, Cell cell) {
    meters.overdue.increment();
    Thread thread = worker.thread();
    long turn = worker.turn();
    String stack =
        thread == null
            ? ""
            : Arrays.stream(thread.getStackTrace())
                .limit(20)
                .map(frame -> "\n  at " + frame)
                .collect(Collectors.joining());
    boolean cancels = cell.supervision().cancelsOverdue();
    router.elsewhere(() ->
        recorder.error(
            "agent/" + cell.id,
            "turn lasts longer than %s%s%s"
                .formatted(cell.supervision().turnLimit(), cancels ? ", interrupted" : "", stack),
            null));
    if (cancels) {
      worker.interrupt(cell, turn);
    }
  }
}
