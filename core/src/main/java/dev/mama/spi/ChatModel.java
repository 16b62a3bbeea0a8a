package dev.mama.spi;

import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatStream;
import dev.mama.Pressure;

/**
 * A language model that continues a conversation, shared by all agents of a process.
 *
 * <p>Contract, tested by {@code ChatModelContract} of the test kit: each caller gets the answer to
 * its own request; a request ends at its deadline; what fails is a {@link dev.mama.ChatException}
 * that says whether trying again may help.
 *
 * <p>Implementations are thread-safe.
 */
public interface ChatModel extends AutoCloseable {

  /** The model that is asked by default, for reports. */
  String name();

  /**
   * Asks the model and waits for the whole answer.
   *
   * @throws dev.mama.ChatException if it does not answer, or not before the request's deadline, or
   *     has been closed
   * @throws InterruptedException if interrupted while waiting; the call is given up
   */
  ChatReply chat(ChatRequest request) throws InterruptedException;

  /**
   * Asks the model and returns as soon as its answer begins. A model that cannot stream hands the
   * whole answer out as one piece.
   *
   * @throws dev.mama.ChatException if the answer does not begin, as {@link #chat}
   * @throws InterruptedException if interrupted while waiting; the call is given up
   */
  default ChatStream stream(ChatRequest request) throws InterruptedException {
    return ChatStream.of(chat(request));
  }

  /**
   * How hard pressed it is, which decides what calls still leave the process; NORMAL for a model
   * that does not know. Never waits.
   */
  default Pressure pressure() {
    return Pressure.NORMAL;
  }

  /**
   * Makes ready what a first call would wait for, such as a connection; asks the model nothing.
   * Does nothing by default.
   *
   * @throws dev.mama.ChatException if its server cannot be reached
   * @throws InterruptedException if interrupted while waiting
   */
  default void warmUp() throws InterruptedException {}

  /** Frees what the model's client holds; calls in flight fail. */
  @Override
  void close();
}
