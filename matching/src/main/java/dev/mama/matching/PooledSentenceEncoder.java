package dev.mama.matching;

import ai.djl.engine.Engine;
import dev.mama.spi.SentenceEncoder;
import java.util.List;

/** A sentence model whose copies share the work in a pool of threads. */
abstract sealed class PooledSentenceEncoder implements SentenceEncoder
    permits OnnxSentenceEncoder, TorchSentenceEncoder {

  private final String name;
  private final EncoderPool pool;

  PooledSentenceEncoder(SentenceModel model, EncoderPool pool) {
    this.name = "%s on %s (DJL %s)".formatted(model.name(), pool.engine(), Engine.getDjlVersion());
    this.pool = pool;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final int dimension() {
    return pool.dimension();
  }

  /** What it has done since it was opened. */
  public final EncoderFigures figures() {
    return pool.figures();
  }

  /**
   * {@inheritDoc}
   *
   * @throws ModelException if the model fails
   */
  @Override
  public final float[][] encode(List<String> texts) throws InterruptedException {
    return pool.encode(texts);
  }

  @Override
  public final void close() {
    pool.close();
  }
}
