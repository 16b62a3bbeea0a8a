package dev.mama.pg;

import dev.mama.AgentId;
import dev.mama.Event;
import dev.mama.ExperimentId;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which events of an experiment are wanted. Start with {@link #all} and narrow it.
 *
 * <p>Immutable.
 *
 * @param kinds the kinds wanted; all if empty
 * @param agents whose events are wanted: their own, and messages from or to them; everybody's if
 *     empty
 * @param from the first moment wanted, or null for the beginning
 * @param until the first moment not wanted any more, or null for the end
 * @param after the position of the last event that is not wanted, or null for the beginning
 */
public record EventQuery(
    ExperimentId experiment,
    Set<Class<? extends Event>> kinds,
    Set<AgentId> agents,
    @Nullable Instant from,
    @Nullable Instant until,
    @Nullable Position after) {

  public EventQuery {
    kinds = Set.copyOf(kinds);
    agents = Set.copyOf(agents);
  }

  /**
   * A place in an experiment: after one event and before the next, in order of time and, of the
   * same moment, of id.
   */
  public record Position(Instant at, UUID id) implements Comparable<Position> {

    /** The place after {@code event}. */
    public static Position of(Event event) {
      return new Position(event.at(), event.id());
    }

    /** By time, then by id as PostgreSQL compares ids: byte by byte, without a sign. */
    @Override
    public int compareTo(Position other) {
      int byTime = at.compareTo(other.at);
      if (byTime != 0) {
        return byTime;
      }
      int high =
          Long.compareUnsigned(id.getMostSignificantBits(), other.id.getMostSignificantBits());
      return high != 0
          ? high
          : Long.compareUnsigned(id.getLeastSignificantBits(), other.id.getLeastSignificantBits());
    }
  }

  /** All events of {@code experiment}. */
  public static EventQuery all(ExperimentId experiment) {
    return new EventQuery(experiment, Set.of(), Set.of(), null, null, null);
  }

  /** Only events of {@code wanted} kinds. */
  public EventQuery kinds(Set<Class<? extends Event>> wanted) {
    return new EventQuery(experiment, wanted, agents, from, until, after);
  }

  /** Only events of {@code wanted} agents, and messages from or to them. */
  public EventQuery agents(Set<AgentId> wanted) {
    return new EventQuery(experiment, kinds, wanted, from, until, after);
  }

  /** Only events at or after {@code first} and before {@code end}; null leaves a side open. */
  public EventQuery between(@Nullable Instant first, @Nullable Instant end) {
    return new EventQuery(experiment, kinds, agents, first, end, after);
  }

  /** Only events after {@code position}. */
  public EventQuery after(Position position) {
    return new EventQuery(experiment, kinds, agents, from, until, position);
  }

  /** Whether {@code event} is wanted. */
  public boolean matches(Event event) {
    return event.experiment().equals(experiment)
        && (kinds.isEmpty() || kinds.contains(event.getClass()))
        && (from == null || !event.at().isBefore(from))
        && (until == null || event.at().isBefore(until))
        && (after == null || Position.of(event).compareTo(after) > 0)
        && (agents.isEmpty() || agentsOf(event).stream().anyMatch(agents::contains));
  }

  private static List<AgentId> agentsOf(Event event) {
    return switch (event) {
      case Event.AgentStarted e -> List.of(e.agent());
      case Event.StateRecorded e -> List.of(e.agent());
      case Event.MessageSent e -> List.of(e.from(), e.to());
      case Event.ErrorRaised e -> List.of();
      case Event.EventRecorded e -> List.of(e.agent());
      case Event.MetricRecorded e -> List.of(e.agent());
      case Event.DecisionMade e -> List.of(e.agent());
      case Event.EvidenceGiven e -> List.of(e.evidence().subject());
      case Event.ModelCalled e -> List.of(e.agent());
      case Event.SurveyAnswered e -> List.of(e.agent());
    };
  }
}
