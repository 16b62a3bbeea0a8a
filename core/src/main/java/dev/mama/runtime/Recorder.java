package dev.mama.runtime;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.ChatException;
import dev.mama.ChatReply;
import dev.mama.Event;
import dev.mama.Evidence;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Referral;
import dev.mama.StorageException;
import dev.mama.Trace;
import dev.mama.spi.EventLog;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what happens in a group to its event log, where it has one. */
final class Recorder {

  private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);

  private final GroupOptions options;
  private final @Nullable EventLog log;
  private final Executor executor;
  private final Figures figures;

  Recorder(GroupOptions options, Executor executor) {
    this.options = options;
    this.log = options.eventLog();
    this.executor = executor;
    this.figures = new Figures(options.meters());
  }

  /** Whether there is a log to record in. */
  boolean isOn() {
    return log != null;
  }

  void started(AgentId agent, String type, @Nullable AgentCard card) throws InterruptedException {
    if (log != null) {
      log.append(
          new Event.AgentStarted(
              UUID.randomUUID(), options.experiment(), options.time().now(), agent, type, card));
    }
  }

  /** The row of an agent's state. */
  Event state(AgentId agent, Payload state, Trace trace) {
    return new Event.StateRecorded(
        UUID.randomUUID(), options.experiment(), options.time().now(), agent, state, trace);
  }

  /** The row of something of an agent's own. */
  Event event(AgentId agent, String kind, Payload body, Trace trace) {
    return new Event.EventRecorded(
        UUID.randomUUID(), options.experiment(), options.time().now(), agent, kind, body, trace);
  }

  /** The row of a figure. */
  Event metric(AgentId agent, String name, double value, Trace trace) {
    return new Event.MetricRecorded(
        UUID.randomUUID(), options.experiment(), options.time().now(), agent, name, value, trace);
  }

  /** Records a row of an agent's; a figure is shown in the meters once it is accepted. */
  void keep(Event row) throws InterruptedException {
    if (log != null) {
      log.append(row);
    }
    if (row instanceof Event.MetricRecorded metric) {
      figures.add(metric.name(), metric.value());
    }
  }

  /** As {@link #keep}, of what is to be recorded whatever happens. */
  void keepSurely(Event row) {
    if (log != null) {
      appendSurely(log, row);
    }
    if (row instanceof Event.MetricRecorded metric) {
      figures.add(metric.name(), metric.value());
    }
  }

  /** Records what was decided; it was, so this neither fails nor is given up. */
  void decided(AgentId agent, Referral referral, Trace trace) {
    if (log != null) {
      appendSurely(
          log,
          new Event.DecisionMade(
              UUID.randomUUID(),
              options.experiment(),
              options.time().now(),
              agent,
              referral,
              trace));
    }
  }

  /** Records evidence that the ledger has taken, so this neither fails nor is given up. */
  void evidence(Evidence evidence) {
    if (log != null) {
      appendSurely(log, new Event.EvidenceGiven(UUID.randomUUID(), options.experiment(), evidence));
    }
  }

  /** Records answers to a form that have come, so this neither fails nor is given up. */
  void answered(AgentId agent, String form, Payload answers, Trace trace) {
    if (log != null) {
      appendSurely(
          log,
          new Event.SurveyAnswered(
              UUID.randomUUID(),
              options.experiment(),
              options.time().now(),
              agent,
              form,
              answers,
              trace));
    }
  }

  /** Records an answered call; its tokens are spent, so this neither fails nor is given up. */
  void called(AgentId agent, ChatReply reply, Trace trace) {
    if (log != null) {
      appendSurely(
          log,
          new Event.ModelCalled(
              UUID.randomUUID(),
              options.experiment(),
              options.time().now(),
              agent,
              reply.model(),
              reply.promptTokens(),
              reply.completionTokens(),
              reply.attempts(),
              reply.queued(),
              reply.onWire(),
              reply.source(),
              null,
              trace));
    }
  }

  /** Records a call that was not answered. */
  void called(AgentId agent, String model, ChatException failure, Duration took, Trace trace) {
    if (log != null) {
      appendSurely(
          log,
          new Event.ModelCalled(
              UUID.randomUUID(),
              options.experiment(),
              options.time().now(),
              agent,
              model,
              0,
              0,
              failure.attempts(),
              Duration.ZERO,
              took,
              null,
              failure.reason(),
              trace));
    }
  }

  /**
   * Records a message that has been accepted. The message is on its way, so this neither fails nor
   * is given up.
   */
  void sent(Message message) {
    if (log != null) {
      appendSurely(
          log,
          new Event.MessageSent(
              message.id(),
              options.experiment(),
              options.time().now(),
              message.from(),
              message.to(),
              message.channel(),
              message.payload(),
              message.trace()));
    }
  }

  /** Records and logs that {@code component} failed. */
  void error(String component, String detail, @Nullable Trace trace) {
    LOG.warn("{}: {}", component, detail);
    if (log != null) {
      appendSurely(
          log,
          new Event.ErrorRaised(
              UUID.randomUUID(),
              options.experiment(),
              options.time().now(),
              component,
              detail,
              trace));
    }
  }

  /**
   * Waits while the log is full; where this thread is interrupted, another one goes on waiting in
   * its place.
   */
  private void appendSurely(EventLog log, Event event) {
    try {
      log.append(event);
    } catch (InterruptedException e) {
      executor.execute(() -> appendSurely(log, event));
      Thread.currentThread().interrupt();
    } catch (StorageException e) {
      options.meters().counter("mama.events.unrecorded").increment();
      LOG.error("event {} could not be recorded: {}", event, e.getMessage());
    }
  }
}
