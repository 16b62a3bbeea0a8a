package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs twice: in a JVM with the Vector API and in one without. */
final class DotProductTest {

  @Test
  @EnabledIfSystemProperty(named = "mama.test.dotProduct", matches = ".+")
  void fastest_isWhatTheJvmAllows() {
    assertThat(DotProduct.fastest().getClass().getSimpleName())
        .isEqualTo(System.getProperty("mama.test.dotProduct"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 127, 384, 1_023})
  void of_anyLengthAndOffset_isTheSumOfProducts(int length) {
    var random = new Random(length);
    float[] query = floats(random, length);
    for (int from : new int[] {0, 1, length, 3 * length + 5}) {
      float[] rows = floats(random, from + length + 7);
      double expected = 0;
      for (int i = 0; i < length; i++) {
        expected += (double) query[i] * rows[from + i];
      }
      float tolerance = 1e-6f * length;
      assertThat(DotProduct.fastest().of(query, rows, from))
          .isCloseTo((float) expected, within(tolerance));
      assertThat(new PlainDotProduct().of(query, rows, from))
          .isCloseTo((float) expected, within(tolerance));
    }
  }

  private static float[] floats(Random random, int count) {
    var floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = random.nextFloat(-1, 1);
    }
    return floats;
  }
}
