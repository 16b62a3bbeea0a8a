package dev.mama.bench;

import dev.mama.ChatException;
import dev.mama.ChatRequest;
import dev.mama.spi.ChatModel;

/** A client of a model, ours or another's: one question, one answer. */
public interface LlmCaller extends AutoCloseable {

  /**
   * Asks once; returns whether there was an answer.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  boolean call() throws InterruptedException;

  @Override
  void close();

  /** Ours. */
  static LlmCaller of(ChatModel model) {
    return new LlmCaller() {
      @Override
      public boolean call() throws InterruptedException {
        try {
          return !model.chat(ChatRequest.of("How are you?")).text().isEmpty();
        } catch (ChatException e) {
          return false;
        }
      }

      @Override
      public void close() {
        model.close();
      }
    };
  }
}
