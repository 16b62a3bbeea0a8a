package dev.mama;

import dev.mama.Supervision.Reaction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a group needs to start an agent, and to start it again: a name to start it by, how to make
 * it, and what to do when it fails.
 *
 * <p>Immutable.
 *
 * @param name unique within a group
 * @param factory makes the agent with the given id; called once per start and per restart
 * @param supervision what to do about turns that fail or last too long
 */
public record AgentType(
    String name, Function<AgentId, ? extends Agent> factory, Supervision supervision) {

  /** A type whose agents are made alike; after a failure they go on as they are. */
  public static AgentType of(String name, Supplier<? extends Agent> factory) {
    return perId(name, id -> factory.get());
  }

  /** A type whose agents differ by id; after a failure they go on as they are. */
  public static AgentType perId(String name, Function<AgentId, ? extends Agent> factory) {
    return new AgentType(name, factory, Supervision.of(Reaction.RESUME));
  }

  /** The same type under {@code supervision}. */
  public AgentType supervised(Supervision supervision) {
    return new AgentType(name, factory, supervision);
  }
}
