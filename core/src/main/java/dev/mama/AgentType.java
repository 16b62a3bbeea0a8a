package dev.mama;

import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a group needs to start an agent: a name to start it by, and how to make it.
 *
 * <p>Immutable.
 *
 * @param name unique within a group
 * @param factory makes the agent with the given id; called once per start
 */
public record AgentType(String name, Function<AgentId, ? extends Agent> factory) {

  /** A type whose agents are made alike. */
  public static AgentType of(String name, Supplier<? extends Agent> factory) {
    return new AgentType(name, id -> factory.get());
  }

  /** A type whose agents differ by id. */
  public static AgentType perId(String name, Function<AgentId, ? extends Agent> factory) {
    return new AgentType(name, factory);
  }
}
