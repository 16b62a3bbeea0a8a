package dev.mama;

import java.util.UUID;

/**
 * What an agent receives.
 *
 * <p>Immutable.
 *
 * @param idHigh upper 64 bits of its id
 * @param idLow lower 64 bits of its id
 * @param from who sent it
 * @param to who receives it
 * @param channel the channel it came on
 * @param payload what it carries
 * @param trace the trace it belongs to
 * @param deadline when its answer is of no use any more, or {@link Deadline#NONE}
 */
public record Message(
    long idHigh,
    long idLow,
    AgentId from,
    AgentId to,
    Channel channel,
    Payload payload,
    Trace trace,
    Deadline deadline) {

  /** The message {@code id}; see {@link #id()}. */
  public Message(
      UUID id,
      AgentId from,
      AgentId to,
      Channel channel,
      Payload payload,
      Trace trace,
      Deadline deadline) {
    this(
        id.getMostSignificantBits(),
        id.getLeastSignificantBits(),
        from,
        to,
        channel,
        payload,
        trace,
        deadline);
  }

  /** Its id: unique; the same in the log, on the wire and in the database. */
  public UUID id() {
    return new UUID(idHigh, idLow);
  }
}
