package dev.mama.cli;

import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.spi.EventLog;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Notes the id of each event that another log has accepted, so that it can be looked for
 * afterwards.
 *
 * <p>Thread-safe.
 */
final class NotingEventLog implements EventLog {

  private final EventLog log;
  private final Map<String, Set<UUID>> accepted = new ConcurrentHashMap<>();

  NotingEventLog(EventLog log) {
    this.log = log;
  }

  /** The ids accepted so far, by table. */
  Map<String, Set<UUID>> accepted() {
    return new TreeMap<>(accepted);
  }

  private static String table(Event any) {
    return switch (any) {
      case Event.AgentStarted started -> "agents";
      case Event.StateRecorded state -> "states";
      case Event.MessageSent message -> "messages";
      case Event.ErrorRaised error -> "errors";
      case Event.EventRecorded event -> "events";
      case Event.MetricRecorded metric -> "metrics";
      case Event.DecisionMade decision -> "decisions";
      case Event.EvidenceGiven evidence -> "evidence";
      case Event.ModelCalled call -> "llm_calls";
      case Event.SurveyAnswered survey -> "surveys";
    };
  }

  @Override
  public String name() {
    return log.name();
  }

  @Override
  public void append(Event event) throws InterruptedException {
    log.append(event);
    accepted.computeIfAbsent(table(event), t -> ConcurrentHashMap.newKeySet()).add(event.id());
  }

  @Override
  public void flush() throws InterruptedException {
    log.flush();
  }

  @Override
  public void read(ExperimentId experiment, Consumer<Event> reader) throws InterruptedException {
    log.read(experiment, reader);
  }

  @Override
  public void close() {
    log.close();
  }
}
