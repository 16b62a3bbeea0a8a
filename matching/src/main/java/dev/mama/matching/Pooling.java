package dev.mama.matching;

/** How the hidden states of a text's tokens become one vector, before it is scaled to length 1. */
public enum Pooling {
  /** The mean over the tokens, as in Sentence-BERT (Reimers and Gurevych, 2019). */
  MEAN,

  /** The state of the first token. */
  CLS,

  /** The greatest value over the tokens, in each place of the vector. */
  MAX;

  /**
   * Pools one text.
   *
   * @param states float[…][width], flattened
   * @param from where the text's first token begins in {@code states}
   * @param tokens how many tokens the text has, padding not counted; at least 1
   * @param vector float[width], all zero; written
   */
  void pool(float[] states, int from, int tokens, float[] vector) {
    int width = vector.length;
    System.arraycopy(states, from, vector, 0, width);
    if (this == CLS) {
      return;
    }
    for (int token = 1; token < tokens; token++) {
      int at = from + token * width;
      for (int d = 0; d < width; d++) {
        float state = states[at + d];
        vector[d] = this == MAX ? Math.max(vector[d], state) : vector[d] + state;
      }
    }
  }
}
