package dev.mama.matching;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A transformer in an ONNX graph, on DJL's ONNX Runtime engine. */
final class OnnxNetwork implements Network {

  private static final String ENGINE = "OnnxRuntime";
  private static final String TYPES = "token_type_ids";
  private static final Set<String> NEEDED = Set.of("input_ids", "attention_mask");
  private static final List<String> OUTPUTS = List.of("last_hidden_state", "token_embeddings");
  private static final int LARGEST_BATCH = 16;

  /** The operator that scales a whole batch by its greatest value. */
  private static final String QUANTISES_BY_BATCH = "DynamicQuantizeLinear";

  /*
   * One thread per call; its owner runs calls in parallel instead. Two threads inside a call meet
   * at a barrier after every operator, and on busy cores each waits there for the other's time
   * slice. With one there is no inner pool, so nothing spins either.
   */
  private static final Map<String, String> ONE_THREAD = Map.of("intraOpNumThreads", "1");

  static {
    Djl.configure();
  }

  private final String name;
  private final Model model;
  private final boolean wantsTypes;
  private final int largestBatch;

  private OnnxNetwork(String name, Model model, boolean wantsTypes, int largestBatch) {
    this.name = name;
    this.model = model;
    this.wantsTypes = wantsTypes;
    this.largestBatch = largestBatch;
  }

  static OnnxNetwork load(SentenceModel files) {
    Model model = engine(files.name()).newModel(files.name(), Device.cpu());
    try {
      int largestBatch = loadGraph(model, files);
      Set<String> inputs = Set.copyOf(model.getBlock().describeInput().keys());
      boolean wantsTypes = inputs.contains(TYPES);
      if (!inputs.containsAll(NEEDED) || inputs.size() != NEEDED.size() + (wantsTypes ? 1 : 0)) {
        throw new ModelException(
            files.name(),
            "at %s has the inputs %s; expected a graph with %s, and %s at most"
                .formatted(files.graph(), inputs, NEEDED, TYPES),
            null);
      }
      return new OnnxNetwork(files.name(), model, wantsTypes, largestBatch);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static Engine engine(String name) {
    try {
      return Engine.getEngine(ENGINE);
    } catch (LinkageError e) {
      throw new ModelException(
          name,
          "has no engine: ONNX Runtime did not start. It needs a platform that"
              + " com.microsoft.onnxruntime:onnxruntime has a library for, and must be started by"
              + " this encoder: open the encoder before any other user of ONNX Runtime in this JVM",
          e);
    }
  }

  private static int loadGraph(Model model, SentenceModel files) {
    try (LocalFile graph = LocalFile.of(files.graph())) {
      return loadFile(model, graph.path());
    } catch (IOException | MalformedModelException | URISyntaxException | RuntimeException e) {
      throw ModelException.unusable(files.name(), files.graph(), "an ONNX graph", e);
    }
  }

  private static int loadFile(Model model, Path file) throws IOException, MalformedModelException {
    model.load(file, null, ONE_THREAD);
    return OnnxFile.open(file).hasOperator(QUANTISES_BY_BATCH) ? 1 : LARGEST_BATCH;
  }

  @Override
  public String engine() {
    return "ONNX Runtime " + Engine.getEngine(ENGINE).getVersion();
  }

  @Override
  public int largestBatch() {
    return largestBatch;
  }

  @Override
  public float[] run(long[] ids, long[] mask, int texts, int tokens) {
    var shape = new Shape(texts, tokens);
    try (NDManager memory = model.getNDManager().newSubManager()) {
      NDList inputs =
          new NDList(
              named("input_ids", memory.create(ids, shape)),
              named("attention_mask", memory.create(mask, shape)));
      if (wantsTypes) {
        inputs.add(named(TYPES, memory.create(new long[ids.length], shape)));
      }
      NDList outputs = model.getBlock().forward(new ParameterStore(memory, false), inputs, false);
      for (String output : OUTPUTS) {
        NDArray states = outputs.get(output);
        if (states != null && states.getShape().dimension() == 3) {
          return states.toFloatArray();
        }
      }
      throw new ModelException(
          name,
          "gave %s; expected an output of %s, [texts, tokens, dimension]"
              .formatted(outputs, OUTPUTS),
          null);
    }
  }

  private static NDArray named(String name, NDArray array) {
    array.setName(name);
    return array;
  }

  @Override
  public void close() {
    model.close();
  }
}
