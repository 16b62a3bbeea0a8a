package dev.mama.registry;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Evidence;

/**
 * What a writer tells the registry. Its JSON is described by {@code docs/pml-1.schema.json}.
 *
 * <p>Immutable.
 */
public sealed interface PmlMessage {

  /** An agent is there, and this is its card; or its card has changed. */
  record Register(AgentCard card) implements PmlMessage {}

  /** All agents that the writer has registered are alive. */
  record Heartbeat() implements PmlMessage {}

  /** What is known of an interaction. */
  record Report(Evidence evidence) implements PmlMessage {}

  /** An agent is there no more. */
  record Retire(AgentId agent) implements PmlMessage {}
}
