package dev.mama.matching;

import java.io.IOException;
import java.util.List;

/**
 * The weights in an ONNX graph that PyTorch exported: they keep their names, but a matrix is turned
 * and known by the node that multiplies with it.
 */
final class OnnxWeights implements BertWeights {

  private final OnnxFile onnx;

  OnnxWeights(OnnxFile onnx) {
    this.onnx = onnx;
  }

  /** Scores are divided by the square root of a head's width, which is all the graph says of it. */
  @Override
  public int heads() throws IOException {
    float root = constant("/encoder/layer.0/attention/self/Div");
    List<Long> words =
        BertWeights.found(
            onnx.shape("embeddings.word_embeddings.weight"),
            "weight 'embeddings.word_embeddings.weight'");
    return Math.round(words.getLast() / (root * root));
  }

  @Override
  public int layers() throws IOException {
    int layers = 0;
    while (onnx.shape("encoder.layer.%d.output.dense.bias".formatted(layers)) != null) {
      layers++;
    }
    if (layers == 0) {
      throw new IOException("it has no weights encoder.layer.0.…");
    }
    return layers;
  }

  @Override
  public float epsilon(String name) throws IOException {
    return constant(node(name) + "/Add");
  }

  @Override
  public Tensor tensor(String name) throws IOException {
    List<Long> known = onnx.shape(name);
    if (known != null || !name.endsWith(".weight")) {
      long[] shape =
          BertWeights.found(known, "weight '%s'".formatted(name)).stream()
              .mapToLong(Long::longValue)
              .toArray();
      return new Tensor(shape, onnx.floats(name));
    }
    String node = node(name.substring(0, name.length() - ".weight".length())) + "/MatMul";
    String weight = onnx.weightOf(node);
    if (weight == null) {
      throw new IOException("its node '%s' multiplies with no weight".formatted(node));
    }
    return turned(BertWeights.found(onnx.shape(weight), weight), onnx.floats(weight));
  }

  private static Tensor turned(List<Long> shape, float[] values) {
    int rows = Math.toIntExact(shape.getFirst());
    int columns = Math.toIntExact(shape.getLast());
    var turned = new float[values.length];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        turned[column * rows + row] = values[row * columns + column];
      }
    }
    return new Tensor(new long[] {columns, rows}, turned);
  }

  /** {@code encoder.layer.0.output.dense} is the node {@code /encoder/layer.0/output/dense}. */
  private static String node(String name) {
    return "/" + name.replace('.', '/').replace("layer/", "layer.");
  }

  private float constant(String node) throws IOException {
    String name = onnx.weightOf(node);
    if (name == null) {
      throw new IOException("its node '%s' has no constant".formatted(node));
    }
    return onnx.floats(name)[0];
  }
}
