package dev.mama;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;

/**
 * What an agent may do during a turn. Its messages belong to the trace of the message being handled
 * and end with its deadline.
 *
 * <p>What would have to wait throws a {@link TooManyTurnsException} where as many turns wait as the
 * group lets wait. In an agent that lives in steps ({@link StepAgent}), {@link #reply}, {@link
 * #ask}, {@link #schedule}, {@link #scheduleEvery} and topics throw an {@link
 * UnsupportedOperationException} that says what to do instead.
 *
 * <p>Confined to its agent's turn: valid until {@link Agent#onMessage} returns, on that thread
 * only.
 */
public interface AgentContext extends Sender {

  /**
   * Answers the message being handled. The reply goes straight to its waiting caller; where nobody
   * waits (the message was sent, not asked) it is sent to the sender as a message.
   *
   * @throws IllegalStateException if this message has already been answered
   * @throws InterruptedException if interrupted while handing it over
   */
  void reply(Payload payload) throws InterruptedException;

  /**
   * Asks the group's chat model, within the deadline of the message being handled.
   *
   * @throws ChatException if the model does not answer; it says whether trying again may help
   * @throws IllegalStateException if the group has no chat model
   * @throws InterruptedException if interrupted while waiting
   */
  ChatReply chat(ChatRequest request) throws InterruptedException;

  /**
   * Asks the group's chat model and returns as soon as its answer begins, so that the turn can act
   * on a part of it. Ends with the deadline of the message being handled, and with the turn at the
   * latest: what has not arrived by then is given up.
   *
   * @throws ChatException if the answer does not begin
   * @throws IllegalStateException if the group has no chat model
   * @throws InterruptedException if interrupted while waiting
   */
  ChatStream stream(ChatRequest request) throws InterruptedException;

  /**
   * Finds who can help: by meaning, by earned trust, by the policy.
   *
   * @throws IllegalStateException if the group has no assistance
   * @throws InterruptedException if interrupted while waiting for the encoder
   */
  Referral findHelp(Need need) throws InterruptedException;

  /**
   * Records a decision that the agent had made in a way of its own, as {@link #findHelp} records
   * each of its own: as a row, at once, whatever becomes of the turn.
   *
   * @throws IllegalStateException if the turn is over
   */
  void recordDecision(Referral referral);

  /**
   * Rates the help that {@code referral} led to, which is what moves trust.
   *
   * @throws IllegalArgumentException if the referral chose nobody, or an agent of this one's owner
   * @throws InterruptedException if interrupted while recording
   */
  void rate(Referral referral, Rating rating) throws InterruptedException;

  /**
   * Records the agent's state as a row, for whoever reads the experiment afterwards. Waits while
   * the log is full.
   *
   * @throws StorageException if the log is closed or cannot take the row; it was not accepted
   * @throws InterruptedException if interrupted while waiting; the row was not accepted
   */
  void recordState(Record state) throws InterruptedException;

  /**
   * Records something of the agent's own that happened, for whoever reads the experiment
   * afterwards. Waits while the log is full.
   *
   * @param kind what the agent calls it: 1 to 64 characters of A-Z a-z 0-9 . _ -
   * @throws IllegalArgumentException if the kind is no such name
   * @throws StorageException if the log is closed or cannot take the row; it was not accepted
   * @throws InterruptedException if interrupted while waiting; the row was not accepted
   */
  void record(String kind, Record body) throws InterruptedException;

  /**
   * Records a figure of the agent's own, such as a price or a distance, as a row and in the group's
   * meters {@code mama.figures}; there for the first 100 names, and all agents together. Waits
   * while the log is full.
   *
   * @param name what the agent calls it: 1 to 64 characters of A-Z a-z 0-9 . _ -
   * @param value in the unit that the name says
   * @throws IllegalArgumentException if the name is no such name, or the value is not finite
   * @throws StorageException if the log is closed or cannot take the row; it was not accepted
   * @throws InterruptedException if interrupted while waiting; the row was not accepted
   */
  void metric(String name, double value) throws InterruptedException;

  /**
   * Sends {@code payload} to this agent itself after {@code delay}, as a message from itself. It
   * comes late rather than not at all while the mailbox is full, and not at all once the group
   * closes.
   *
   * @return cancels it where it has not come yet
   * @throws IllegalArgumentException if {@code delay} is negative
   */
  Scheduled schedule(Duration delay, Payload payload);

  /**
   * Sends {@code payload} to this agent itself every {@code period}, the first time after one. A
   * time at which the mailbox is full is left out.
   *
   * @return cancels all that are still to come
   * @throws IllegalArgumentException if {@code period} is not positive
   * @throws UnsupportedOperationException in a durable agent, which schedules its next message in
   *     each turn instead
   */
  Scheduled scheduleEvery(Duration period, Payload payload);

  /**
   * Makes this agent a member of {@code topic}: it receives what is published there from now on, in
   * its own group, and where the group has a transport, in every group of the experiment that
   * shares it. Once a member, it stays one until it leaves. A durable agent is one from the end of
   * its turn on, if that does not fail, and after a kill again.
   *
   * @param topic a name of the form of an agent id; a topic is there as long as it has members
   * @throws IllegalArgumentException if the name is not valid
   * @throws TransportException if the transport refuses; the agent is no member
   * @throws InterruptedException if interrupted while waiting for the transport; the agent is no
   *     member
   */
  void join(String topic) throws InterruptedException;

  /**
   * Ends this agent's membership of {@code topic}; nothing happens where it is no member.
   *
   * @throws TransportException if the transport refuses; the agent is no member all the same
   * @throws InterruptedException if interrupted while waiting for the transport, with the same
   *     effect
   */
  void leave(String topic) throws InterruptedException;

  /**
   * Hands {@code payload} to every member of {@code topic} but this agent itself: without waiting
   * to those of this group, and through the transport, where the group has one, to those of others.
   * A member whose mailbox is full does not get it, which is recorded. No order is kept.
   *
   * @return how many members of this group took it over; 0 where routing is {@code BROKER}, for
   *     then they are reached through the transport too
   * @throws TransportException if the transport does not take it over; members of this group may
   *     have it
   * @throws InterruptedException if interrupted while waiting for the transport, with the same
   *     effect
   */
  int publish(String topic, Payload payload) throws InterruptedException;

  /**
   * Runs heavy arithmetic on the group's platform threads, as many as there are cores, while this
   * turn waits: a turn's own thread is shared with other agents.
   *
   * @return what {@code arithmetic} returns
   * @throws Exception what {@code arithmetic} throws, or {@link InterruptedException} if
   *     interrupted while waiting, and then it is interrupted too
   */
  <T> T compute(Callable<T> arithmetic) throws Exception;

  /** This agent's own random numbers, split from the group's seed by its id. */
  RandomGenerator random();

  /** The group's time. */
  Time time();
}
