package dev.mama.negotiation;

import dev.mama.AgentId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Something that a watcher of a negotiation sees, in the order it happened. The same records are
 * rows of the event log, of kind {@code negotiation}, and are published on the topic {@value
 * #TOPIC} of the experiment.
 *
 * <p>Implementations are immutable.
 */
public sealed interface NegotiationEvent {

  /** The topic on which events are published, in MQTT {@code exps/<experiment>/topics/…}. */
  String TOPIC = "negotiations";

  /** The negotiation's id; that of a sub-negotiation is its parent's with {@code .1} and so on. */
  String conversation();

  /** When it happened, on the negotiator's clock. */
  Instant at();

  /**
   * It went from one phase to the next.
   *
   * @param stayed how long it was in {@code from}
   * @param trace the trace id that all of the negotiation's messages, model calls and rows share
   */
  record StateChanged(
      String conversation,
      Instant at,
      Phase from,
      Trigger by,
      Phase to,
      Duration stayed,
      String trace)
      implements NegotiationEvent {}

  /**
   * The demand has its words.
   *
   * @param text what those who are invited are asked
   */
  record Formulated(String conversation, Instant at, String text) implements NegotiationEvent {}

  /** These agents were called upon in {@code round}. */
  record Called(String conversation, Instant at, int round, List<AgentId> agents)
      implements NegotiationEvent {}

  /** A valid offer came. */
  record OfferReceived(String conversation, Instant at, int round, AgentId agent, Offer offer)
      implements NegotiationEvent {}

  /** An agent makes no offer, declines its share, or could not perform it. */
  record Dropped(String conversation, Instant at, AgentId agent, String reason)
      implements NegotiationEvent {}

  /** The center asks {@code agent}. */
  record Questioned(String conversation, Instant at, AgentId agent, String question)
      implements NegotiationEvent {}

  /** {@code agent} answered the center. */
  record Answered(String conversation, Instant at, AgentId agent, String answer)
      implements NegotiationEvent {}

  /** There is a plan; its members are still to confirm. */
  record PlanMade(String conversation, Instant at, Plan plan) implements NegotiationEvent {}

  /** A stage did without the model, for {@code reason}. */
  record Degraded(String conversation, Instant at, String stage, String reason)
      implements NegotiationEvent {}

  /** A message was not taken as it was meant. */
  record SetAside(String conversation, Instant at, AgentId from, String what, Receipt receipt)
      implements NegotiationEvent {}

  /**
   * What an agent did was told to the trust ledger.
   *
   * @param quality in [0, 1], higher is better
   */
  record Rated(String conversation, Instant at, AgentId agent, double quality)
      implements NegotiationEvent {}
}
