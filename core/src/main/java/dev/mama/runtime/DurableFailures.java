package dev.mama.runtime;

import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.StorageException;
import dev.mama.runtime.Durables.Step;
import dev.mama.spi.Envelope.Failure;
import dev.mama.spi.Envelope.Failure.Reason;
import java.time.Duration;
import java.util.List;

/** What becomes of durable turns that do not end well, and of messages that come to no turn. */
final class DurableFailures {

  private final Durables durables;
  private final States states;
  private final Turns turns;
  private final Router router;
  private final Recorder recorder;
  private final GroupOptions options;
  private final Outstanding outstanding;

  DurableFailures(Durables durables, States states, Turns turns, Outstanding outstanding) {
    this.durables = durables;
    this.states = states;
    this.turns = turns;
    this.router = turns.router();
    this.recorder = turns.recorder();
    this.options = turns.options();
    this.outstanding = outstanding;
  }

  /** A turn has failed for {@code cause}; {@code failures} did before. */
  Step failed(DurableCell cell, Letter letter, int failures, Throwable cause, Worker by) {
    if (cell.isStopped() && router.cell(cell.id) == cell) { // interrupted because the group closes
      return isLeft(cell, letter) ? left(letter, by) : interrupted(cell, letter, by);
    }
    Payload before = cell.state();
    boolean known = cell.isLoaded();
    cell.unload();
    Duration pause = turns.failed(cell, letter, failures + 1, true, cause, by);
    if (pause != null) {
      return new Step.Again(pause);
    }
    if (router.cell(cell.id) != cell) {
      return durables.done(letter, by); // it was written that the agent has ended
    }
    try {
      if (!known) {
        Entry.Saved saved = states.saved(cell);
        before = saved.state();
      }
      // Dead, and never to be tried again: that it is done with is written like a turn.
      var commit =
          new Commit(
              cell,
              DurableTurn.saved(cell, letter, before, cell.topics()),
              List.of(),
              List.of(),
              letter);
      return durables.submitted(commit, by);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return left(letter, by);
    } catch (StorageException e) {
      return new Step.StandStill();
    }
  }

  /**
   * Its message is gone with the group; the agent has not failed, and is there again afterwards.
   */
  private Step interrupted(DurableCell cell, Letter letter, Worker by) {
    Message message = letter.message();
    String reason =
        "group '%s' closed before agent '%s' had handled it".formatted(options.name(), cell.id);
    if (letter.isAsk()) {
      router.deadLetters().fail(cell.outbox(), message, new Failure(Reason.FAILED, reason), by);
    } else {
      router.deadLetters().bury(message, reason);
    }
    return durables.done(letter, by);
  }

  /** The agent's state cannot be read: it stands still, and its messages stay in the journal. */
  Step misfit(DurableCell cell, Letter letter, StorageException cause, Worker by) {
    recorder.error(
        "agent/" + cell.id, String.valueOf(cause.getMessage()), letter.message().trace());
    cell.refuse();
    router.elsewhere(() -> options.escalation().accept(cell.id, cause));
    if (letter.isAsk()) {
      router
          .deadLetters()
          .fail(
              cell.outbox(),
              letter.message(),
              new Failure(Reason.FAILED, String.valueOf(cause.getMessage())),
              by);
    }
    return left(letter, by);
  }

  /** What waits for an agent that has failed is dead; what a closing group leaves stays. */
  Step stopped(DurableCell cell, Letter letter, Worker by) {
    if (isLeft(cell, letter)) {
      return left(letter, by);
    }
    router
        .deadLetters()
        .bury(letter.message(), "agent '%s' was stopped before it was handled".formatted(cell.id));
    return durables.done(letter, by);
  }

  /** Whether {@code letter} comes again when the group is resumed. */
  private boolean isLeft(DurableCell cell, Letter letter) {
    boolean numbered = letter.envelope() != null && letter.envelope().sequence() != null;
    return router.cell(cell.id) == cell && (letter instanceof Letter.Kept || numbered);
  }

  /** The message stays where it is: in the journal, or with a transport that is told nothing. */
  private Step left(Letter letter, Worker by) {
    if (!(letter instanceof Letter.Kept)) {
      Message message = letter.message();
      recorder.error(
          "agent/" + message.to(),
          "message %s of '%s' was not handled; it comes again where its transport keeps it"
              .formatted(message.id(), message.from()),
          message.trace());
    }
    outstanding.done(by);
    return Durables.DONE;
  }
}
