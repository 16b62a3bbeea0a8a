package dev.mama.marl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/**
 * A network on DJL's PyTorch engine, for many inputs at once; the same outputs as {@link Mlp}, to
 * rounding.
 *
 * <p>Thread-safe, but for {@link #close}, which must come last. Calls are native: give them
 * platform threads.
 */
final class TorchMlp implements AutoCloseable {

  private final NDManager memory;
  private final List<NDArray> layers;
  private final int inputs;

  private TorchMlp(NDManager memory, Mlp network) {
    this.memory = memory;
    this.inputs = network.sizes()[0];
    this.layers = Torch.layers(memory, network.sizes(), network.parameters());
  }

  /**
   * Loads {@code network}.
   *
   * @param device {@code auto}, {@code cpu}, {@code cuda} or {@code mps}
   * @throws PolicyException if PyTorch or the device is not there
   */
  static TorchMlp open(Mlp network, String device) {
    return new TorchMlp(Torch.open(device), network);
  }

  /** The outputs for inputs, float[rows][inputs] flattened; float[rows][outputs] flattened. */
  float[] run(float[] rows) {
    try (NDManager call = memory.newSubManager()) {
      NDArray input = call.create(rows, new Shape(rows.length / inputs, inputs));
      return Torch.run(layers, input).toFloatArray();
    }
  }

  @Override
  public void close() {
    memory.close();
  }
}
