package dev.mama.bench;

import dev.mama.matching.OnnxSentenceEncoder;
import dev.mama.minilm.MiniLm;
import dev.mama.spi.SentenceEncoder;
import dev.mama.testkit.HashingEncoder;

/** The encoder that a bench measures with. */
final class Encoders {

  private Encoders() {}

  /** The real one; for a smoke run one that only hashes, because a model takes seconds to open. */
  static SentenceEncoder of(Size size) {
    return size == Size.SMOKE
        ? new HashingEncoder()
        : OnnxSentenceEncoder.open(
            MiniLm.NAME, MiniLm.graph(), MiniLm.tokenizer(), MiniLm.MAX_TOKENS);
  }
}
