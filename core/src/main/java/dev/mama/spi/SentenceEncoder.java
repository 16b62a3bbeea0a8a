package dev.mama.spi;

import java.util.List;

/**
 * Turns texts into vectors whose cosine tells how close their meanings are.
 *
 * <p>Contract, tested by {@code SentenceEncoderContract} of the test kit: vectors have unit length
 * and the stated dimension; the same text gives the same vector, alone or in a batch, whatever
 * thread asks.
 *
 * <p>Implementations are thread-safe; arithmetic runs on threads of their own, never on the
 * caller's.
 */
public interface SentenceEncoder extends AutoCloseable {

  /** Engine, model and precision, for reports. */
  String name();

  /** Length of the vectors. */
  int dimension();

  /**
   * The vectors of {@code texts}, in their order.
   *
   * @param texts none of them blank; a text beyond the model's limit is cut there
   * @return float[texts.size()][{@link #dimension}], each of unit length
   * @throws IllegalArgumentException if a text is blank; the message tells its position, from 0
   * @throws IllegalStateException if the encoder is closed
   * @throws InterruptedException if interrupted while waiting
   */
  float[][] encode(List<String> texts) throws InterruptedException;

  /**
   * The vector of {@code text}: float[{@link #dimension}], unit length.
   *
   * @throws IllegalArgumentException if {@code text} is blank
   * @throws InterruptedException if interrupted while waiting
   */
  default float[] encode(String text) throws InterruptedException {
    return encode(List.of(text))[0];
  }

  /** Frees the model; waits for what is being encoded. */
  @Override
  void close();
}
