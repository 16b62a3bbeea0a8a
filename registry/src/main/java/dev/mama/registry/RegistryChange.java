package dev.mama.registry;

import dev.mama.AgentCard;
import dev.mama.AgentId;

/**
 * Something that has changed in a registry.
 *
 * <p>Immutable.
 */
public sealed interface RegistryChange {

  /** Whom it is about. */
  AgentId agent();

  /** The agent is there, with this card, or has a new one. */
  record Registered(AgentCard card) implements RegistryChange {
    @Override
    public AgentId agent() {
      return card.agent();
    }
  }

  /** The agent was taken out. */
  record Retired(AgentId agent) implements RegistryChange {}

  /** The agent's state has changed, as {@link InMemoryRegistry#sweep} found. */
  record Changed(AgentId agent, Liveness liveness) implements RegistryChange {}
}
