package dev.mama;

import dev.mama.Supervision.Reaction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a group needs to start an agent, and to start it again: a name to start it by, how to make
 * it, what to do when it fails, and what its state looks like where that is kept.
 *
 * <p>Immutable.
 *
 * @param name unique within a group
 * @param factory makes the agent with the given id; called once per start and per restart
 * @param supervision what to do about turns that fail or last too long
 * @param state the record that a {@link DurableAgent} of this type keeps, or null for a type whose
 *     agents live in memory
 */
public record AgentType(
    String name,
    Function<AgentId, ? extends Agent> factory,
    Supervision supervision,
    @Nullable Class<? extends Record> state) {

  /** A type whose agents live in memory. */
  public AgentType(
      String name, Function<AgentId, ? extends Agent> factory, Supervision supervision) {
    this(name, factory, supervision, null);
  }

  /** A type whose agents are made alike; after a failure they go on as they are. */
  public static AgentType of(String name, Supplier<? extends Agent> factory) {
    return perId(name, id -> factory.get());
  }

  /** A type whose agents differ by id; after a failure they go on as they are. */
  public static AgentType perId(String name, Function<AgentId, ? extends Agent> factory) {
    return new AgentType(name, factory, Supervision.of(Reaction.RESUME));
  }

  /**
   * A type of durable agents that are made alike. It needs a group with a folder for them; after a
   * failure they go on with their last state.
   *
   * @param state the record that is their state; its simple name and fields stand on disk, so it
   *     changes only in ways that JSON forgives
   */
  public static <S extends Record> AgentType durable(
      String name, Class<S> state, Supplier<? extends DurableAgent<S>> factory) {
    return durablePerId(name, state, id -> factory.get());
  }

  /** As {@link #durable}, for agents that differ by id. */
  public static <S extends Record> AgentType durablePerId(
      String name, Class<S> state, Function<AgentId, ? extends DurableAgent<S>> factory) {
    return new AgentType(name, factory, Supervision.of(Reaction.RESUME), state);
  }

  /** The same type under {@code supervision}. */
  public AgentType supervised(Supervision supervision) {
    return new AgentType(name, factory, supervision, state);
  }
}
