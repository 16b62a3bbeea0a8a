package dev.mama.cli;

import dev.mama.Event;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The ids of the events that a log has accepted, so that they can be looked for afterwards.
 *
 * <p>Thread-safe.
 */
final class AcceptedIds {

  private final Map<String, Set<UUID>> ids = new ConcurrentHashMap<>();

  void add(Event accepted) {
    ids.computeIfAbsent(table(accepted), t -> ConcurrentHashMap.newKeySet()).add(accepted.id());
  }

  /** Those added so far, by table. */
  Map<String, Set<UUID>> byTable() {
    return new TreeMap<>(ids);
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
}
