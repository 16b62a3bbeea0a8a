package dev.mama.negotiation;

import dev.mama.AgentId;
import dev.mama.runtime.Assistance;

/**
 * What all desks of a negotiator share.
 *
 * @param calls whom the desks wait for
 * @param client whose word opens and ends negotiations
 * @param watch who is told of events
 */
record Office(
    Assistance assistance,
    Rules rules,
    Prompts prompts,
    Judge judge,
    OpenCalls calls,
    AgentId client,
    AgentId watch) {}
