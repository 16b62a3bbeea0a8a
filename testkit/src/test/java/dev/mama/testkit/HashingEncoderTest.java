package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.spi.SentenceEncoder;
import org.junit.jupiter.api.Test;

final class HashingEncoderTest extends SentenceEncoderContract {

  @Override
  protected SentenceEncoder newEncoder() {
    return new HashingEncoder();
  }

  @Test
  void name_saysThatItIsAFake() {
    try (var encoder = new HashingEncoder()) {
      assertThat(encoder.name()).contains("fake");
    }
  }
}
