package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.StorageException;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.spi.EventLog;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the cards of a registry into an event log, such as PostgreSQL's, whoever registered them:
 * an agent of this process, one that another process told of, or one that was read from A2A. A card
 * is a row of the table <em>agents</em> of type {@code registered}; one that is taken out is an
 * event {@code registry.retired}. Of an agent that changes faster than the log takes rows, or while
 * the log fails, the latest is written.
 *
 * <p>Groups with a log write a row for each agent they start, too; this one says from when on it
 * was registered.
 *
 * <p>Thread-safe.
 */
public final class CardCopier implements Consumer<RegistryChange>, AutoCloseable {

  /** The type in the rows, in place of an agent type's name, which a card does not say. */
  public static final String TYPE = "registered";

  /** The kind of the event for an agent that was taken out. */
  public static final String RETIRED = "registry.retired";

  private static final Logger LOG = LoggerFactory.getLogger(CardCopier.class);
  private static final long RETRY_MILLIS = 500;

  private final EventLog log;
  private final ExperimentId experiment;
  private final Time time;
  private final Thread thread;
  private final Latest<Told> line = new Latest<>();
  private boolean failing; // the thread's

  /** A change with the id of its row, so that what is written twice is one row. */
  private record Told(RegistryChange change, Instant at, UUID id) {}

  /** The body of the event for an agent that was taken out. */
  record Retirement(String agent) {}

  private CardCopier(EventLog log, ExperimentId experiment, Time time) {
    this.log = log;
    this.experiment = experiment;
    this.time = time;
    this.thread = Thread.ofPlatform().name("mama-card-copier").daemon().unstarted(this::work);
  }

  /**
   * A copier into {@code experiment} of {@code log}, to be given to {@link
   * InMemoryRegistry#onChange} before anybody registers; the log stays the caller's, and is closed
   * after this.
   */
  public static CardCopier start(EventLog log, ExperimentId experiment, Time time) {
    var copier = new CardCopier(log, experiment, time);
    copier.thread.start();
    return copier;
  }

  /** Takes note of a change and returns; it is written later. */
  @Override
  public void accept(RegistryChange change) {
    if (change instanceof RegistryChange.Changed) {
      return; // who is silent is so for now, and its card stays
    }
    line.put(change.agent(), new Told(change, time.now(), UUID.randomUUID()));
  }

  /**
   * Waits until the log has what was told so far.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  public void await() throws InterruptedException {
    line.await();
  }

  private void work() {
    try {
      while (true) {
        Map<AgentId, Told> taken = line.take();
        if (taken.isEmpty()) {
          return;
        }
        if (!copy(taken) && !line.takeBack(taken, RETRY_MILLIS)) {
          LOG.warn("{} cards were not written, because the copier was closed", taken.size());
          return;
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("writing cards was given up, because the thread was interrupted");
    } finally {
      line.ended();
    }
  }

  /** Writes all of it; false if the log failed, and then some of it may have been written. */
  private boolean copy(Map<AgentId, Told> taken) throws InterruptedException {
    try {
      for (Told each : taken.values()) {
        append(each);
      }
      log.flush();
      failing = false;
      return true;
    } catch (StorageException e) {
      if (!failing) {
        LOG.warn("cards are not written at the moment; trying on: {}", e.getMessage());
      }
      failing = true;
      return false;
    }
  }

  private void append(Told told) throws InterruptedException {
    try {
      log.append(row(told));
    } catch (StorageException e) {
      throw e;
    } catch (RuntimeException e) {
      // The log never takes it, so it must not keep the others out.
      LOG.error(
          "the card of agent '{}' cannot be written: {}", told.change().agent(), e.toString());
    }
  }

  private Event row(Told told) {
    return switch (told.change()) {
      case RegistryChange.Registered(var card) ->
          new Event.AgentStarted(told.id(), experiment, told.at(), card.agent(), TYPE, card);
      case RegistryChange.Retired(var agent) ->
          new Event.EventRecorded(
              told.id(),
              experiment,
              told.at(),
              agent,
              RETIRED,
              Payload.of(new Retirement(agent.value())),
              Trace.start());
      case RegistryChange.Changed changed ->
          throw new IllegalStateException("not noted: " + changed);
    };
  }

  /** Tries once more to write what waits, and ends the thread. Waits for the log. */
  @Override
  public void close() {
    line.close();
    Ending.await(thread);
  }
}
