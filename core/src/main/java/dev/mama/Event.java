package dev.mama;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened in an experiment and is kept: one row of the table of its kind.
 *
 * <p>Implementations are immutable.
 */
public sealed interface Event {

  /** Identifies the row; unique within the experiment. */
  UUID id();

  /** The experiment it happened in. */
  ExperimentId experiment();

  /** When it happened, to the microsecond. */
  Instant at();

  /**
   * An agent was started (table <em>agents</em>).
   *
   * @param type name of its type
   * @param card its card, or null if it offers nothing
   */
  record AgentStarted(
      UUID id,
      ExperimentId experiment,
      Instant at,
      AgentId agent,
      String type,
      @Nullable AgentCard card)
      implements Event {}

  /**
   * An agent recorded its state (table <em>states</em>).
   *
   * @param state what it recorded
   * @param trace the turn's trace
   */
  record StateRecorded(
      UUID id, ExperimentId experiment, Instant at, AgentId agent, Payload state, Trace trace)
      implements Event {}

  /**
   * A message was accepted (table <em>messages</em>).
   *
   * @param id the message's own id
   */
  record MessageSent(
      UUID id,
      ExperimentId experiment,
      Instant at,
      AgentId from,
      AgentId to,
      Channel channel,
      Payload payload,
      Trace trace)
      implements Event {}

  /**
   * Something failed (table <em>errors</em>).
   *
   * @param component what failed, for example {@code agent/scout-1}
   * @param detail what happened, in one or more lines
   * @param trace the trace it happened in, or null if none
   */
  record ErrorRaised(
      UUID id,
      ExperimentId experiment,
      Instant at,
      String component,
      String detail,
      @Nullable Trace trace)
      implements Event {}
}
