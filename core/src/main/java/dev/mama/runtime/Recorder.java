package dev.mama.runtime;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Event;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.StorageException;
import dev.mama.Trace;
import dev.mama.spi.EventLog;
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

  Recorder(GroupOptions options, Executor executor) {
    this.options = options;
    this.log = options.eventLog();
    this.executor = executor;
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

  void state(AgentId agent, Payload state, Trace trace) throws InterruptedException {
    if (log != null) {
      log.append(
          new Event.StateRecorded(
              UUID.randomUUID(), options.experiment(), options.time().now(), agent, state, trace));
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
