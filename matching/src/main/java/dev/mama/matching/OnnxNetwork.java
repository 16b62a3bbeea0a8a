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
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
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

  /** Threads of a graph on several cores wait for work without sleeping, but not between runs. */
  private static final String SPIN_WHILE_RUNNING_ONLY = "session.force_spinning_stop";

  /** The operator that scales a whole batch by its greatest value. */
  private static final String QUANTISES_BY_BATCH = "DynamicQuantizeLinear";

  /** A text alone has too few tokens to keep more of them busy. */
  private static final int MOST_CORES = 4;

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

  /** The graph that reads on one core, and where a text alone gains by it, on several. */
  static Network load(SentenceModel files) {
    Engine engine = engine(files.name());
    try (LocalFile graph = LocalFile.of(files.graph())) {
      boolean oneByOne = OnnxFile.open(graph.path()).hasOperator(QUANTISES_BY_BATCH);
      OnnxNetwork one = load(engine, files, graph.path(), 1, oneByOne ? 1 : LARGEST_BATCH);
      int cores = Math.min(MOST_CORES, Runtime.getRuntime().availableProcessors());
      return oneByOne || cores == 1
          ? one
          : LoneTextNetwork.of(one, () -> load(engine, files, graph.path(), cores, 1));
    } catch (ModelException e) {
      throw e;
    } catch (IOException | URISyntaxException | RuntimeException e) {
      throw ModelException.unusable(files.name(), files.graph(), "an ONNX graph", e);
    }
  }

  private static OnnxNetwork load(
      Engine engine, SentenceModel files, Path graph, int cores, int largestBatch) {
    Model model = engine.newModel(files.name(), Device.cpu());
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(cores);
      options.addConfigEntry(SPIN_WHILE_RUNNING_ONLY, "1");
      model.load(graph, null, Map.of("sessionOptions", options));
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
    } catch (IOException | MalformedModelException | OrtException e) {
      model.close();
      throw ModelException.unusable(files.name(), files.graph(), "an ONNX graph", e);
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
