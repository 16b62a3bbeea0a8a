package dev.mama.spi;

import dev.mama.AgentId;
import dev.mama.ExperimentId;
import java.util.Collection;
import java.util.function.Consumer;

/**
 * Carries envelopes between agents that may live in different processes. One transport serves many
 * groups.
 *
 * <p>Contract, tested by {@code TransportContract} of the test kit:
 *
 * <ul>
 *   <li>What {@link #send} accepted arrives at least once, unaltered, at the receiver that
 *       subscribed for its agent.
 *   <li>Envelopes sent one after another to one agent arrive in that order.
 *   <li>Nothing arrives for an agent, or an experiment, that nobody subscribed for.
 *   <li>What {@link #publish} accepted arrives at every receiver that had subscribed for its topic,
 *       whatever process it is in, the publisher's own included.
 * </ul>
 *
 * <p>Implementations are thread-safe.
 */
public interface Transport extends AutoCloseable {

  /** What carries the envelopes, for reports, for example {@code in-memory} or {@code mqtt}. */
  String name();

  /**
   * Delivers to {@code receiver} what is addressed to one of {@code agents}. Returns once
   * everything sent from now on will arrive. An agent has one receiver; a later one replaces it.
   *
   * @param receiver called on the transport's own threads, one agent's envelopes one after another;
   *     it takes the envelope over and returns without waiting, and must not send from within the
   *     call
   * @throws dev.mama.TransportException if the transport is closed or refuses
   * @throws InterruptedException if interrupted while waiting; the agents may or may not be
   *     subscribed
   */
  void subscribe(ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
      throws InterruptedException;

  /**
   * Ends the delivery of what is addressed to {@code agents} to {@code receiver}. Those that it is
   * not the receiver of are passed over: another one may have replaced it.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  void unsubscribe(ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
      throws InterruptedException;

  /**
   * Hands {@code envelope} over; returns once it is accepted, that is once it will arrive if its
   * receiver is or comes there. Waits while the transport's window is full.
   *
   * @throws dev.mama.TransportException if it is not accepted
   * @throws dev.mama.UnknownAgentException if the transport knows that nobody subscribed for the
   *     agent
   * @throws dev.mama.PayloadException if the payload is over the transport's limit
   * @throws InterruptedException if interrupted while waiting; the envelope may or may not be
   *     accepted
   */
  void send(Envelope envelope) throws InterruptedException;

  /**
   * Delivers to {@code receiver} what is published on {@code topic}. Returns once everything
   * published from now on will arrive. A topic may have many receivers; each gets everything, also
   * what was published through this transport.
   *
   * @param topic a name of the form of an agent id
   * @param receiver called as those of {@link #subscribe} are; subscribed twice, it is one receiver
   * @throws IllegalArgumentException if the name is not valid
   * @throws dev.mama.TransportException if the transport is closed or refuses
   * @throws InterruptedException if interrupted while waiting; it may or may not be subscribed
   */
  void subscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> receiver)
      throws InterruptedException;

  /**
   * Ends the delivery of what is published on {@code topic} to {@code receiver}; nothing happens
   * where it is not subscribed.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  void unsubscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> receiver)
      throws InterruptedException;

  /**
   * Hands {@code envelope} over to all that subscribed for the topic that its message is addressed
   * to; that there are none is no failure. It carries no sequence: no order is kept, and whether it
   * may be lost on the way is the transport's to say.
   *
   * @throws IllegalArgumentException if the envelope has a sequence
   * @throws dev.mama.TransportException if it is not accepted
   * @throws dev.mama.PayloadException if the payload is over the transport's limit
   * @throws InterruptedException if interrupted while waiting; the envelope may or may not be
   *     accepted
   */
  void publish(Envelope envelope) throws InterruptedException;

  /**
   * Tells that an envelope delivered to an agent is done with for good: handled, buried, refused,
   * or dropped because it had come before. A transport that keeps what it delivered until then may
   * let it go. Called on any thread, once or more; does not wait and throws nothing.
   */
  default void handled(Envelope envelope) {}

  /**
   * Tells {@code watcher} which processes of {@code experiment} are here, and of each change: who
   * has left, who was lost, who is here again. A process is known once it has announced its groups,
   * by means of its transport's own. The same news may come twice. Tested by {@code
   * PresenceContract} of the test kit.
   *
   * @param watcher called for one piece of news after another, on the transport's thread or, for
   *     what is known already, on this one; it must not wait
   * @throws UnsupportedOperationException if the transport cannot tell
   * @throws dev.mama.TransportException if the transport is closed or refuses
   * @throws InterruptedException if interrupted while waiting; it may be told all the same
   */
  default void watchPresence(ExperimentId experiment, Consumer<Presence> watcher)
      throws InterruptedException {
    throw new UnsupportedOperationException(
        "transport '%s' cannot tell which processes of '%s' are here; rely on heartbeats instead"
            .formatted(name(), experiment));
  }

  /**
   * Ends all deliveries and frees what the transport holds. What it accepted before has left this
   * process.
   */
  @Override
  void close();
}
