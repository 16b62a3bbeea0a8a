package dev.mama.memory;

import dev.mama.spi.SentenceEncoder;
import java.util.List;

/** Another encoder under a name of its own, which counts. */
final class NamedEncoder implements SentenceEncoder {

  private final String name;
  private final SentenceEncoder real;
  int encoded;

  NamedEncoder(String name, SentenceEncoder real) {
    this.name = name;
    this.real = real;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int dimension() {
    return real.dimension();
  }

  @Override
  public float[][] encode(List<String> texts) throws InterruptedException {
    encoded += texts.size();
    return real.encode(texts);
  }

  @Override
  public void close() {
    real.close();
  }
}
