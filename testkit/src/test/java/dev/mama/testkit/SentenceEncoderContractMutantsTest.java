package dev.mama.testkit;

import static dev.mama.testkit.Mutants.assertKilled;

import dev.mama.spi.SentenceEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The contract of encoders notices each of these faults. */
final class SentenceEncoderContractMutantsTest {

  @Test
  void notOfUnitLength_isKilled() {
    assertKilled(NotOfUnitLength.class);
  }

  @Test
  void dependsOnTheBatch_isKilled() {
    assertKilled(DependsOnTheBatch.class);
  }

  @Test
  void dependsOnTheThread_isKilled() {
    assertKilled(DependsOnTheThread.class);
  }

  @Test
  void keepsTheSortedOrder_isKilled() {
    assertKilled(KeepsTheSortedOrder.class);
  }

  @Test
  void dropsTheLast_isKilled() {
    assertKilled(DropsTheLast.class);
  }

  @Test
  void knowsOneVector_isKilled() {
    assertKilled(KnowsOneVector.class);
  }

  @Test
  void saysAnotherDimension_isKilled() {
    assertKilled(SaysAnotherDimension.class);
  }

  @Test
  void takesBlankTexts_isKilled() {
    assertKilled(TakesBlankTexts.class);
  }

  @Test
  void countsBlankTextsFromOne_isKilled() {
    assertKilled(CountsBlankTextsFromOne.class);
  }

  @Test
  void handsOutItsOwnArrays_isKilled() {
    assertKilled(HandsOutItsOwnArrays.class);
  }

  @Test
  void swallowsTheInterrupt_isKilled() {
    assertKilled(SwallowsTheInterrupt.class);
  }

  static final class NotOfUnitLength extends SentenceEncoderContract {
    @Override
    protected SentenceEncoder newEncoder() {
      return new Fault() {
        @Override
        public float[][] encode(List<String> texts) throws InterruptedException {
          float[][] vectors = super.encode(texts);
          for (float[] vector : vectors) {
            for (int d = 0; d < vector.length; d++) {
              vector[d] *= 1.01f;
            }
          }
          return vectors;
        }
      };
    }
  }

  static final class DependsOnTheBatch extends SentenceEncoderContract {
    @Override
    protected SentenceEncoder newEncoder() {
      return new Fault() {
        @Override
        public float[][] encode(List<String> texts) throws InterruptedException {
          float[][] vectors = super.encode(texts);
          for (int i = 1; i < vectors.length; i++) {
            turnTowards(vectors[i], vectors[i - 1]);
          }
          return vectors;
        }
      };
    }
  }

  static final class DependsOnTheThread extends SentenceEncoderContract {
    @Override
    protected SentenceEncoder newEncoder() {
      Thread owner = Thread.currentThread();
      return new Fault() {
        @Override
        public float[][] encode(List<String> texts) throws InterruptedException {
          float[][] vectors = super.encode(texts);
          if (!Thread.currentThread().equals(owner) && vectors.length > 1) {
            turnTowards(vectors[0], vectors[1]);
          }
          return vectors;
        }
      };
    }
  }

  static final class KeepsTheSortedOrder extends SentenceEncoderContract {
    @Override
    protected SentenceEncoder newEncoder() {
      return new Fault() {
        @Override
        public float[][] encode(List<String> texts) throws InterruptedException {
          return super.encode(
              texts.stream().sorted(Comparator.comparingInt(String::length)).toList());
        }
      };
    }
  }

  static final class DropsTheLast extends SentenceEncoderContract {
    @Override
    protected SentenceEncoder newEncoder() {
      return new Fault() {
        @Override
        public float[][] encode(List<String> texts) throws InterruptedException {
          float[][] vectors = super.encode(texts);
          return vectors.length > 1 ? Arrays.copyOf(vectors, vectors.length - 1) : vectors;
        }
      };
    }
  }

  static final class KnowsOneVector extends SentenceEncoderContract {
    @Override
    protected SentenceEncoder newEncoder() {
      return new Fault() {
        @Override
        public float[][] encode(List<String> texts) throws InterruptedException {
          float[][] vectors = super.encode(texts);
          for (int i = 0; i < vectors.length; i++) {
            vectors[i] = super.encode(List.of("the same"))[0];
          }
          return vectors;
        }
      };
    }
  }

  static final class SaysAnotherDimension extends SentenceEncoderContract {
    @Override
    protected SentenceEncoder newEncoder() {
      return new Fault() {
        @Override
        public int dimension() {
          return super.dimension() + 1;
        }
      };
    }
  }

  static final class TakesBlankTexts extends SentenceEncoderContract {
    @Override
    protected SentenceEncoder newEncoder() {
      return new Fault() {
        @Override
        public float[][] encode(List<String> texts) throws InterruptedException {
          return super.encode(
              texts.stream().map(text -> text.isBlank() ? "nothing" : text).toList());
        }
      };
    }
  }

  static final class CountsBlankTextsFromOne extends SentenceEncoderContract {
    @Override
    protected SentenceEncoder newEncoder() {
      return new Fault() {
        @Override
        public float[][] encode(List<String> texts) throws InterruptedException {
          for (int i = 0; i < texts.size(); i++) {
            if (texts.get(i).isBlank()) {
              throw new IllegalArgumentException("text %d is blank".formatted(i + 1));
            }
          }
          return super.encode(texts);
        }
      };
    }
  }

  static final class HandsOutItsOwnArrays extends SentenceEncoderContract {
    @Override
    protected SentenceEncoder newEncoder() {
      Map<List<String>, float[][]> known = new HashMap<>();
      return new Fault() {
        @Override
        public synchronized float[][] encode(List<String> texts) throws InterruptedException {
          float[][] vectors = known.get(texts);
          if (vectors == null) {
            vectors = super.encode(texts);
            known.put(new ArrayList<>(texts), vectors);
          }
          return vectors;
        }
      };
    }
  }

  static final class SwallowsTheInterrupt extends SentenceEncoderContract {
    @Override
    protected SentenceEncoder newEncoder() {
      return new Fault() {
        @Override
        public float[][] encode(List<String> texts) throws InterruptedException {
          boolean swallowed = Thread.interrupted();
          float[][] vectors = super.encode(texts);
          return swallowed ? new float[texts.size()][dimension()] : vectors;
        }
      };
    }
  }

  private static void turnTowards(float[] vector, float[] other) {
    double square = 0;
    for (int d = 0; d < vector.length; d++) {
      vector[d] += 0.1f * other[d];
      square += (double) vector[d] * vector[d];
    }
    for (int d = 0; d < vector.length; d++) {
      vector[d] /= (float) Math.sqrt(square);
    }
  }

  /** The fake encoder, in which one thing is then broken. */
  private static class Fault implements SentenceEncoder {
    private final SentenceEncoder encoder = new HashingEncoder();

    @Override
    public String name() {
      return encoder.name();
    }

    @Override
    public int dimension() {
      return encoder.dimension();
    }

    @Override
    public float[][] encode(List<String> texts) throws InterruptedException {
      return encoder.encode(texts);
    }

    @Override
    public void close() {
      encoder.close();
    }
  }
}
