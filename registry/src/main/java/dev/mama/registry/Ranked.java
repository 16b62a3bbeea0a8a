package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Standing;

/**
 * An agent in the order of trust.
 *
 * <p>Immutable.
 *
 * @param agent who
 * @param standing how it stands
 */
public record Ranked(AgentId agent, Standing standing) {}
