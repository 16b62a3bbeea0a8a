package dev.mama.matching;

/**
 * A loaded transformer: tokens in, hidden states out.
 *
 * <p>Thread-safe, but for {@link #close}, which must come last. Calls are native: give them
 * platform threads.
 */
interface Network extends AutoCloseable {

  /** Engine and version, for reports. */
  String engine();

  /** The most texts of one call; 1 where a text's states would depend on its company. */
  int largestBatch();

  /**
   * The last hidden states.
   *
   * @param ids long[texts][tokens], flattened
   * @param mask 1 for a token, 0 for padding, of the same shape
   * @return float[texts][tokens][width], flattened
   * @throws ModelException if the engine fails or gives another shape
   */
  float[] run(long[] ids, long[] mask, int texts, int tokens);

  /**
   * The last hidden states of one text, as {@link #run} gives them, while no other is in work; one
   * such call at a time.
   */
  default float[] runAlone(long[] ids, long[] mask) {
    return run(ids, mask, 1, ids.length);
  }

  @Override
  void close();
}
