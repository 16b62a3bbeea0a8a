package dev.mama;

import java.util.UUID;

/**
 * What an agent receives.
 *
 * <p>Immutable.
 *
 * @param id unique; the same in the log, on the wire and in the database
 * @param from who sent it
 * @param to who receives it
 * @param channel the channel it came on
 * @param payload what it carries
 * @param trace the trace it belongs to
 * @param deadline when its answer is of no use any more, or {@link Deadline#NONE}
 */
public record Message(
    UUID id,
    AgentId from,
    AgentId to,
    Channel channel,
    Payload payload,
    Trace trace,
    Deadline deadline) {}
