package dev.mama.matching;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a BERT network (Devlin et al., 2018) in fp32, by the names that Hugging Face's
 * transformers gives them.
 */
interface BertWeights {

  /** A weight; its arrays are nobody's to change. */
  final class Tensor {

    private final long[] shape;
    private final float[] values;

    Tensor(long[] shape, float[] values) {
      this.shape = shape;
      this.values = values;
    }

    /** Lengths of its dimensions. */
    long[] shape() {
      return shape;
    }

    /** Row by row. */
    float[] values() {
      return values;
    }
  }

  /** How many heads each attention has. */
  int heads() throws IOException;

  /** How many layers there are. */
  int layers() throws IOException;

  /** What the norm {@code name} adds to the variance. */
  float epsilon(String name) throws IOException;

  /**
   * The weight {@code name}, such as {@code encoder.layer.0.output.dense.weight}; matrices are
   * [out, in].
   *
   * @throws IOException if there is none, or it cannot be read; the message names it
   */
  Tensor tensor(String name) throws IOException;

  /**
   * The weight {@code name}, which must have {@code shape}; -1 stands for any length.
   *
   * @throws IOException if it has another, too
   */
  default Tensor tensor(String name, long... shape) throws IOException {
    Tensor tensor = tensor(name);
    boolean fits = tensor.shape().length == shape.length;
    for (int i = 0; fits && i < shape.length; i++) {
      fits = shape[i] == -1 || shape[i] == tensor.shape()[i];
    }
    if (!fits) {
      throw new IOException(
          "weight '%s' has the shape %s; expected %s"
              .formatted(name, Arrays.toString(tensor.shape()), Arrays.toString(shape)));
    }
    return tensor;
  }

  /** The value {@code found}, which must be there. */
  static <T> T found(@Nullable T found, String what) throws IOException {
    if (found == null) {
      throw new IOException("it has no " + what);
    }
    return found;
  }
}
