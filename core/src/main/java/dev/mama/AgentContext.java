package dev.mama;

import java.util.random.RandomGenerator;

/**
 * What an agent may do during a turn. Its messages belong to the trace of the message being handled
 * and end with its deadline.
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
   * Finds who can help: by meaning, by earned trust, by the policy.
   *
   * @throws IllegalStateException if the group has no assistance
   * @throws InterruptedException if interrupted while waiting for the encoder
   */
  Referral findHelp(Need need) throws InterruptedException;

  /**
   * Rates the help that {@code referral} led to, which is what moves trust.
   *
   * @throws IllegalArgumentException if the referral chose nobody
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

  /** This agent's own random numbers, split from the group's seed by its id. */
  RandomGenerator random();

  /** The group's time. */
  Time time();
}
