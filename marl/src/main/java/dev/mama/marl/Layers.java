package dev.mama.marl;

/**
 * The arithmetic of a network: linear layers with ReLU between them, none after the last.
 *
 * <p>Each sum begins at the bias and takes up the inputs in their order, each by one fused
 * multiply-add. So all implementations come to the same bits, alone and in batches: an input of 0
 * adds nothing, and no sum is split.
 *
 * <p>Implementations are immutable.
 */
interface Layers {

  /**
   * The outputs for {@code rows} inputs.
   *
   * @param inputs float[rows][inputs], flattened
   * @return float[rows][outputs], flattened
   */
  float[] run(float[] inputs, int rows);

  /**
   * On the Vector API where the JVM runs with it and has registers of 256 bits, else plain.
   *
   * @param parameters in the order of {@link Mlp}
   */
  static Layers fastest(int[] sizes, float[] parameters) {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
            && VectorLayers.isWide()
        ? new VectorLayers(sizes, parameters)
        : new PlainLayers(sizes, parameters);
  }
}
