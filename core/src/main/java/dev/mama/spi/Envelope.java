package dev.mama.spi;

import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.Message;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A message with what its delivery needs.
 *
 * <p>Immutable.
 *
 * @param experiment whose topics it travels on
 * @param kind what is expected of the receiver
 * @param message what the agent will see
 * @param sequence its place in the line from its sender to its receiver, or null where no order is
 *     kept (replies, failures, foreign clients)
 * @param answers id of the message that a {@link Kind#REPLY} or {@link Kind#FAILURE} answers, else
 *     null
 * @param waiting the agents that wait for this ask's answer, the first asker first; empty unless it
 *     is an ask
 */
public record Envelope(
    ExperimentId experiment,
    Kind kind,
    Message message,
    @Nullable Sequence sequence,
    @Nullable UUID answers,
    List<AgentId> waiting) {

  /** What is expected of the receiver. */
  public enum Kind {
    /** To be handled; nobody waits. */
    SEND,
    /** To be handled and answered; the sender waits. */
    ASK,
    /** The answer to an ask. */
    REPLY,
    /**
     * The answer to an ask, or to a message that was not taken over: why it failed, as a {@link
     * Failure}.
     */
    FAILURE
  }

  /**
   * A place in the line of messages from one sender to one receiver.
   *
   * @param incarnation the sender's start; a later start by the same clock has a greater one, for
   *     its upper 42 bits are that clock, and the lower 22 tell starts apart
   * @param number 1 for the first message of this incarnation to this receiver, then one more each
   * @param before what is behind it if it is the first of its line to come: numbers up to this one
   *     do not come any more, because an earlier start of the receiver had them, or because the
   *     transport keeps the order; 0 where the transport does not know
   */
  public record Sequence(long incarnation, long number, long before) {

    /** How many of the lower bits of an incarnation are no time. */
    public static final int CHANCE_BITS = 22;

    /** When the sender started by its own clock, milliseconds since 1970. */
    public long startedMillis() {
      return incarnation >>> CHANCE_BITS;
    }

    /** A place in a line of which nothing is behind. */
    public Sequence(long incarnation, long number) {
      this(incarnation, number, 0);
    }
  }

  /**
   * The payload of a {@link Kind#FAILURE}.
   *
   * @param reason what kind of failure
   * @param detail what happened, for a person
   */
  public record Failure(Reason reason, String detail) {

    /** What kind of failure. */
    public enum Reason {
      /** The receiver's turn threw, or ended without a reply. */
      FAILED,
      /** The receiver's mailbox was full; the message was not taken over. */
      FULL,
      /** No such agent is there. */
      UNKNOWN
    }
  }

  /**
   * @throws IllegalArgumentException if {@code answers} is there without being an answer, or
   *     missing where it is one
   */
  public Envelope {
    waiting = List.copyOf(waiting);
    boolean answer = kind == Kind.REPLY || kind == Kind.FAILURE;
    if (answer != (answers != null)) {
      throw new IllegalArgumentException(
          "%s %s name the message it answers".formatted(kind, answer ? "must" : "must not"));
    }
  }

  /**
   * The same with {@code before} in its sequence; itself where it has none.
   *
   * @param before see {@link Sequence}
   */
  public Envelope withBefore(long before) {
    return sequence == null
        ? this
        : new Envelope(
            experiment,
            kind,
            message,
            new Sequence(sequence.incarnation(), sequence.number(), before),
            answers,
            waiting);
  }
}
