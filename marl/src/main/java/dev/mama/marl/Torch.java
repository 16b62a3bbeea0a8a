package dev.mama.marl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** DJL's PyTorch engine on a device, and networks on it. One thread inside, so that runs repeat. */
final class Torch {

  private static final String ENGINE = "PyTorch";

  static {
    setUnlessSet("ai.djl.offline", "true"); // fetch nothing
    setUnlessSet("ai.djl.pytorch.num_threads", "1");
    setUnlessSet("ai.djl.pytorch.num_interop_threads", "1");
  }

  private Torch() {}

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /**
   * The engine.
   *
   * @throws PolicyException if it is not on the class path or does not start
   */
  static Engine engine() {
    try {
      if (Engine.hasEngine(ENGINE)) {
        return Engine.getEngine(ENGINE);
      }
      throw noEngine(null);
    } catch (LinkageError | EngineException e) {
      throw noEngine(e);
    }
  }

  private static PolicyException noEngine(@Nullable Throwable e) {
    return new PolicyException(
        "PyTorch did not start. Add ai.djl.pytorch:pytorch-engine, pytorch-jni and"
            + " pytorch-native-cpu with the classifier of this platform, and a writable"
            + " DJL_CACHE_DIR (or home) to unpack them",
        e);
  }

  /**
   * The memory of a device.
   *
   * @param device {@code auto}, {@code cpu}, {@code cuda} or {@code mps}
   * @throws IllegalArgumentException if {@code device} is another word
   * @throws PolicyException if it is not there
   */
  static NDManager open(String device) {
    Engine engine = engine();
    Device wanted =
        switch (device.toLowerCase(Locale.ROOT)) {
          case "cpu" -> Device.cpu();
          case "cuda" -> Device.gpu();
          case "mps" -> Device.of("mps", -1);
          case "auto" -> engine.getGpuCount() > 0 ? Device.gpu() : Device.cpu();
          default ->
              throw new IllegalArgumentException(
                  "device '%s' must be auto, cpu, mps or cuda".formatted(device));
        };
    boolean isMac = System.getProperty("os.name", "").startsWith("Mac");
    if ((wanted.isGpu() && engine.getGpuCount() == 0)
        || (device.equalsIgnoreCase("mps") && !isMac)) {
      throw absent(device, null);
    }
    NDManager manager = engine.newBaseManager(wanted);
    try (NDManager trial = manager.newSubManager()) {
      trial.ones(new Shape(1)).toFloatArray();
      return manager;
    } catch (EngineException | LinkageError e) {
      manager.close();
      throw absent(device, e);
    }
  }

  private static PolicyException absent(String device, @Nullable Throwable e) {
    return new PolicyException(
        "device '%s' is not there: PyTorch finds none here; use 'cpu' or 'auto'".formatted(device),
        e);
  }

  /** Weight and bias of each layer, in turn, from parameters in the order of {@link Mlp}. */
  static List<NDArray> layers(NDManager manager, int[] sizes, float[] parameters) {
    var arrays = new ArrayList<NDArray>();
    int at = 0;
    for (int layer = 0; layer + 1 < sizes.length; layer++) {
      int inputs = sizes[layer];
      int outputs = sizes[layer + 1];
      float[] weight = Arrays.copyOfRange(parameters, at, at += inputs * outputs);
      float[] bias = Arrays.copyOfRange(parameters, at, at += outputs);
      arrays.add(manager.create(weight, new Shape(inputs, outputs)));
      arrays.add(manager.create(bias, new Shape(outputs)));
    }
    return arrays;
  }

  /** The outputs of those layers for {@code input}, float[rows][inputs]. */
  static NDArray run(List<NDArray> layers, NDArray input) {
    NDArray values = input;
    for (int i = 0; i < layers.size(); i += 2) {
      values = values.matMul(layers.get(i)).add(layers.get(i + 1));
      if (i + 2 < layers.size()) {
        values = Activation.relu(values);
      }
    }
    return values;
  }
}
