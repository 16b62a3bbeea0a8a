package dev.mama.spi;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import java.util.Optional;

/**
 * Knows who is there and what they offer.
 *
 * <p>Contract, tested by {@code RegistryContract} of the test kit: an agent is alive from its
 * registration, and from each heartbeat, for the registry's time to live; a retired one is not
 * there.
 *
 * <p>Implementations are thread-safe.
 */
public interface Registry {

  /** Registers {@code card}, or replaces the one its agent has; the agent is alive from now. */
  void register(AgentCard card);

  /** Tells that {@code agent} is alive; false if it is not registered. */
  boolean heartbeat(AgentId agent);

  /** Takes {@code agent} out; false if it was not registered. */
  boolean retire(AgentId agent);

  /**
   * The card of {@code agent}, empty if it is not registered; it may be there without being alive.
   */
  Optional<AgentCard> card(AgentId agent);

  /** Whether {@code agent} is registered and was heard of within the time to live. */
  boolean isAlive(AgentId agent);

  /** How many agents are registered. */
  int size();

  /** How many agents are alive; costs a walk over all of them. */
  int alive();
}
