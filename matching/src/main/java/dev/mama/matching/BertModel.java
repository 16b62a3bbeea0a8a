package dev.mama.matching;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A BERT-like sentence model and its tokenizer, on DJL's ONNX Runtime engine.
 *
 * <p>A text's vector is the mean of its tokens' last hidden states, scaled to unit length (Reimers
 * and Gurevych, Sentence-BERT, 2019). Calls are native: give them platform threads.
 *
 * <p>Thread-safe, but for {@link #close}, which must come last.
 */
final class BertModel implements AutoCloseable {

  private static final String ENGINE = "OnnxRuntime";
  private static final Set<String> INPUTS = Set.of("input_ids", "attention_mask", "token_type_ids");
  private static final String OUTPUT = "last_hidden_state";

  /*
   * One thread per call; its owner runs calls in parallel instead. Two threads inside a call meet
   * at a barrier after every operator, and on busy cores each waits there for the other's time
   * slice. With one there is no inner pool, so nothing spins either.
   */
  private static final Map<String, String> ONE_THREAD = Map.of("intraOpNumThreads", "1");

  static {
    // Before DJL's first class, which reads them: fetch nothing, and start no second engine.
    setUnlessSet("ai.djl.offline");
    setUnlessSet("ai.djl.onnx.disable_alternative");
  }

  private final String name;
  private final Model model;
  private final HuggingFaceTokenizer tokenizer;
  private final int dimension;

  private BertModel(String name, Model model, HuggingFaceTokenizer tokenizer) {
    this.name = name;
    this.model = model;
    this.tokenizer = tokenizer;
    this.dimension = encode(List.of("A trial shows whether graph and tokenizer fit."))[0].length;
  }

  private static void setUnlessSet(String property) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, "true");
    }
  }

  static BertModel load(String name, URL graph, URL tokenizer, int maxTokens) {
    Engine engine = engine(name);
    Model model = engine.newModel(name, Device.cpu());
    try {
      HuggingFaceTokenizer words = tokenizer(name, tokenizer, maxTokens);
      try {
        loadGraph(model, name, graph);
        return new BertModel(name, model, words);
      } catch (RuntimeException e) {
        words.close();
        throw e;
      }
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

  private static HuggingFaceTokenizer tokenizer(String name, URL source, int maxTokens) {
    var options =
        Map.of(
            "padding",
            "false",
            "truncation",
            "true",
            "maxLength",
            Integer.toString(maxTokens),
            "modelMaxLength",
            Integer.toString(maxTokens));
    try (InputStream json = source.openStream()) {
      return HuggingFaceTokenizer.newInstance(json, options);
    } catch (IOException | RuntimeException e) {
      throw unusable(name, source, "a tokenizer in the form of Hugging Face's tokenizer.json", e);
    }
  }

  private static void loadGraph(Model model, String name, URL source) {
    try {
      if (source.getProtocol().equals("file")) {
        model.load(Path.of(source.toURI()), null, ONE_THREAD);
      } else {
        loadCopy(model, source);
      }
    } catch (IOException | MalformedModelException | URISyntaxException | RuntimeException e) {
      throw unusable(name, source, "an ONNX graph", e);
    }
    Set<String> inputs = Set.copyOf(model.getBlock().describeInput().keys());
    if (!inputs.equals(INPUTS)) {
      throw new ModelException(
          name,
          "at %s has the inputs %s; expected a graph with %s".formatted(source, inputs, INPUTS),
          null);
    }
  }

  // By way of a file: loading from a stream would hold the whole model on the heap, several times.
  private static void loadCopy(Model model, URL source)
      throws IOException, MalformedModelException {
    Path copy = Files.createTempFile("mama-model", ".onnx");
    try {
      try (InputStream graph = source.openStream()) {
        Files.copy(graph, copy, StandardCopyOption.REPLACE_EXISTING);
      }
      model.load(copy, null, ONE_THREAD);
    } finally {
      Files.deleteIfExists(copy);
    }
  }

  private static ModelException unusable(String name, URL at, String expected, Exception cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new ModelException(
        name, "cannot be loaded: expected %s at %s, but: %s".formatted(expected, at, root), cause);
  }

  String name() {
    return "%s on ONNX Runtime %s (DJL %s)"
        .formatted(name, Engine.getEngine(ENGINE).getVersion(), Engine.getDjlVersion());
  }

  int dimension() {
    return dimension;
  }

  /** The unit vectors of {@code texts}, in their order, from one call of the model. */
  float[][] encode(List<String> texts) {
    long[][] tokens =
        texts.stream()
            .map(text -> tokenizer.encode(text, true, false).getIds())
            .toArray(long[][]::new);
    int longest = 0;
    for (long[] ids : tokens) {
      longest = Math.max(longest, ids.length);
    }
    var ids = new long[tokens.length * longest];
    var mask = new long[ids.length];
    for (int i = 0; i < tokens.length; i++) {
      System.arraycopy(tokens[i], 0, ids, i * longest, tokens[i].length);
      Arrays.fill(mask, i * longest, i * longest + tokens[i].length, 1);
    }
    var shape = new Shape(tokens.length, longest);
    try (NDManager memory = model.getNDManager().newSubManager()) {
      NDList inputs =
          new NDList(
              named("input_ids", memory.create(ids, shape)),
              named("attention_mask", memory.create(mask, shape)),
              named("token_type_ids", memory.create(new long[ids.length], shape)));
      NDList outputs = model.getBlock().forward(new ParameterStore(memory, false), inputs, false);
      NDArray states = outputs.get(OUTPUT);
      if (states == null || states.getShape().dimension() != 3) {
        throw new ModelException(
            name,
            "gave %s; expected an output %s of [texts, tokens, dimension]"
                .formatted(outputs, OUTPUT),
            null);
      }
      return pool(states.toFloatArray(), tokens, longest);
    }
  }

  private static NDArray named(String name, NDArray array) {
    array.setName(name);
    return array;
  }

  /** Sums each text's own tokens, leaving out the padding; scaling makes the sum the mean. */
  private float[][] pool(float[] states, long[][] tokens, int longest) {
    int width = states.length / (tokens.length * longest);
    var vectors = new float[tokens.length][width];
    for (int i = 0; i < tokens.length; i++) {
      for (int token = 0; token < tokens[i].length; token++) {
        int from = (i * longest + token) * width;
        for (int d = 0; d < width; d++) {
          vectors[i][d] += states[from + d];
        }
      }
      scaleToUnit(vectors[i]);
    }
    return vectors;
  }

  private void scaleToUnit(float[] vector) {
    double square = 0;
    for (float value : vector) {
      square += (double) value * value;
    }
    if (!(square > 0 && square < Double.POSITIVE_INFINITY)) {
      throw new ModelException(
          name,
          "gave a vector of length %s; its graph is broken".formatted(Math.sqrt(square)),
          null);
    }
    double scale = 1 / Math.sqrt(square);
    for (int d = 0; d < vector.length; d++) {
      vector[d] = (float) (vector[d] * scale);
    }
  }

  @Override
  public void close() {
    model.close();
    tokenizer.close();
  }
}
