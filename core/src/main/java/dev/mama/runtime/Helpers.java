package dev.mama.runtime;

import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.AskTimeoutException;
import dev.mama.Evidence;
import dev.mama.MailboxFullException;
import dev.mama.Message;
import dev.mama.Need;
import dev.mama.Payload;
import dev.mama.Rating;
import dev.mama.Referral;
import dev.mama.UnknownAgentException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The help of one turn: who was chosen, whether and when each answered, and what the agent says of
 * them.
 *
 * <p>Confined to its turn.
 */
final class Helpers {

  /** A question to an agent that was chosen. */
  interface Question {
    Payload ask() throws InterruptedException;
  }

  private final Cell cell;
  private final Message message;
  private final Turns turns;
  private final Worker by;
  private final GroupOptions options;
  private final Map<AgentId, Optional<Payload>> answers = new HashMap<>();

  /**
   * @param message that the turn handles
   * @param by the worker that runs the turn
   */
  Helpers(Cell cell, Message message, Turns turns, Worker by) {
    this.cell = cell;
    this.message = message;
    this.turns = turns;
    this.by = by;
    this.options = turns.options();
  }

  boolean has(AgentId agent) {
    return answers.containsKey(agent);
  }

  /** Has the policy choose among those that fit {@code need}. */
  Referral find(Need need) throws InterruptedException {
    Assistance assistance = assistance();
    Worker.waits(by);
    try {
      Referral referral =
          assistance.find(
              cell.id,
              need,
              message.deadline().remaining(options.time()),
              turns.router().asks(),
              cell.random());
      turns.recorder().decided(cell.id, referral, message.trace());
      referral.chosen().ifPresent(helper -> answers.putIfAbsent(helper, Optional.empty()));
      return referral;
    } finally {
      Worker.goesOn(by);
    }
  }

  /** Asks {@code helper}, and sees whether and when it answers. */
  Payload ask(AgentId helper, Question question) throws InterruptedException {
    long start = options.time().nanos();
    Payload reply;
    try {
      reply = question.ask();
    } catch (AskTimeoutException
        | AgentFailedException
        | MailboxFullException
        | UnknownAgentException e) {
      witness(helper, false, start);
      throw e;
    }
    answers.put(helper, Optional.of(reply));
    witness(helper, true, start);
    return reply;
  }

  private void witness(AgentId helper, boolean answer, long start) throws InterruptedException {
    Duration took = Duration.ofNanos(options.time().nanos() - start);
    var seen = new Evidence.Witnessed(helper, answer, took, options.time().now(), message.trace());
    Worker.waits(by); // a ledger on disk may take its time
    try {
      assistance().witness(seen);
      turns.recorder().evidence(seen);
    } finally {
      Worker.goesOn(by);
    }
  }

  /** Tells what came of {@code referral}, with the last answer of whom it chose. */
  void rate(Referral referral, Rating rating) throws InterruptedException {
    Assistance assistance = assistance();
    Optional<Payload> reply =
        referral.chosen().flatMap(helper -> answers.getOrDefault(helper, Optional.empty()));
    Worker.waits(by); // an auditor may take its time
    try {
      turns.recorder().evidence(assistance.rate(cell.id, referral, rating, reply, message.trace()));
    } finally {
      Worker.goesOn(by);
    }
  }

  private Assistance assistance() {
    Assistance assistance = options.assistance();
    if (assistance == null) {
      throw new IllegalStateException(
          "group '%s' has no assistance; give it one with assistance(…)".formatted(options.name()));
    }
    return assistance;
  }
}
