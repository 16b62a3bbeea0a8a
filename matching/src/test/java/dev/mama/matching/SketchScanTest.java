package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs twice: in a JVM with the Vector API and in one without. */
final class SketchScanTest {

  @Test
  @EnabledIfSystemProperty(named = "mama.test.scan", matches = ".+")
  void fastest_isWhatTheJvmAllows() {
    assertThat(SketchScan.fastest().getClass().getSimpleName())
        .isEqualTo(System.getProperty("mama.test.scan"));
  }

  /** The bound is what exactness stands on: no score may be further from the truth than it says. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 127, 384, 1_023})
  void scores_anyLength_areWithinTheirBound(int dimension) {
    var random = new Random(dimension);
    for (SketchScan scan : new SketchScan[] {SketchScan.fastest(), new PlainSketchScan()}) {
      for (float size : new float[] {1e-20f, 1, 1e10f}) {
        var rows = new Rows(11, dimension);
        for (int row = 0; row < 11; row++) {
          rows.write(row, row, floats(random, dimension, row == 5 ? 0 : size));
        }
        float[] query = floats(random, dimension, size);
        SketchScan.Query prepared = scan.query(query);
        var scores = new float[9];
        prepared.scores(rows.sketch, rows.scale, 2, 11, scores);
        for (int row = 2; row < 11; row++) {
          double error =
              length(query) * rows.lost[row] + prepared.lost() * rows.longest + Float.MIN_NORMAL;
          assertThat(Math.abs((double) scores[row - 2] - rows.similarity(query, row)))
              .as("%s, row %d of size %s", scan.getClass().getSimpleName(), row, size)
              .isLessThanOrEqualTo(error * (1 + 1e-6));
        }
      }
    }
  }

  private static double length(float[] vector) {
    double square = 0;
    for (float value : vector) {
      square += (double) value * value;
    }
    return Math.sqrt(square);
  }

  private static float[] floats(Random random, int count, float size) {
    var floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = random.nextFloat(-1, 1) * size;
    }
    return floats;
  }
}
