package dev.mama.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mama.testkit.MlflowRules.Refusal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A fake of an MLflow tracking server: the calls of REST API 2.0 that a run needs, in memory, over
 * HTTP on the loopback interface. It is stricter than a real one: besides the limits that MLflow's
 * documentation states for requests ("REST API", "Log Batch") it refuses fields that it does not
 * know.
 *
 * <p>Thread-safe.
 */
public final class FakeMlflowServer implements AutoCloseable {

  private static final String API = "/api/2.0/mlflow/";
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Set<String> STATUSES =
      Set.of("RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED");

  /** A metric's point. */
  public record Point(String key, double value, long timestamp, long step) {}

  /**
   * A run as it stands.
   *
   * @param tags by key, {@code mlflow.parentRunId} among them
   * @param metrics in the order in which they came
   */
  public record Run(
      String id,
      String experiment,
      String name,
      String status,
      Map<String, String> tags,
      Map<String, String> params,
      List<Point> metrics) {}

  private final HttpServer server;
  private final Map<String, String> experiments = new LinkedHashMap<>(); // by this
  private final Map<String, Run> runs = new LinkedHashMap<>(); // by this
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicInteger numbers = new AtomicInteger();
  private volatile boolean failing;
  private volatile @Nullable String authorization;

  private FakeMlflowServer(HttpServer server) {
    this.server = server;
  }

  /** Listens on a free port. */
  public static FakeMlflowServer start() throws IOException {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    var fake = new FakeMlflowServer(http);
    http.createContext("/", fake::answer);
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.start();
    return fake;
  }

  /** Its tracking URI. */
  public URI uri() {
    return URI.create(
        "http://%s:%d"
            .formatted(
                server.getAddress().getAddress().getHostAddress(), server.getAddress().getPort()));
  }

  /** From now on it answers every request with status 503, or not any more. */
  public void failing(boolean fails) {
    failing = fails;
  }

  /** The last request's header {@code Authorization}. */
  public Optional<String> authorization() {
    return Optional.ofNullable(authorization);
  }

  /** How many requests it has refused because they were wrong. */
  public int refused() {
    return refused.get();
  }

  /** How many requests it has answered with status 503. */
  public int failed() {
    return failed.get();
  }

  /** The names of the experiments. */
  public synchronized Set<String> experiments() {
    return Set.copyOf(experiments.keySet());
  }

  /** The run of that name, the first of several. */
  public synchronized Optional<Run> run(String name) {
    return runs.values().stream()
        .filter(run -> run.name().equals(name))
        .findFirst()
        .map(run ->
            new Run(
                run.id(),
                run.experiment(),
                run.name(),
                run.status(),
                Map.copyOf(run.tags()),
                Map.copyOf(run.params()),
                List.copyOf(run.metrics())));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      authorization = exchange.getRequestHeaders().getFirst("Authorization");
      byte[] body = exchange.getRequestBody().readAllBytes();
      try {
        if (failing) {
          failed.incrementAndGet();
          throw new Refusal(503, "TEMPORARILY_UNAVAILABLE", "try again later");
        }
        reply(exchange, 200, handle(exchange, body));
      } catch (Refusal e) {
        if (e.status < 500) {
          refused.incrementAndGet();
        }
        reply(
            exchange,
            e.status,
            Map.of("error_code", e.code, "message", String.valueOf(e.getMessage())));
      }
    }
  }

  private static void reply(HttpExchange exchange, int status, Map<String, ?> body)
      throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(body);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private Map<String, ?> handle(HttpExchange exchange, byte[] body) throws Refusal {
    URI uri = exchange.getRequestURI();
    String call = uri.getPath().startsWith(API) ? uri.getPath().substring(API.length()) : "";
    if (call.equals("experiments/get-by-name") && exchange.getRequestMethod().equals("GET")) {
      return experiment(uri);
    }
    String type = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"));
    if (!exchange.getRequestMethod().equals("POST") || !type.startsWith("application/json")) {
      throw new Refusal(404, "ENDPOINT_NOT_FOUND", uri + " takes no such request");
    }
    JsonNode request = MlflowRules.parse(body);
    synchronized (this) {
      return switch (call) {
        case "experiments/create" -> createExperiment(request);
        case "runs/create" -> createRun(request);
        case "runs/log-batch" -> logBatch(request, body.length);
        case "runs/set-tag" -> setTag(request);
        case "runs/update" -> update(request);
        default -> throw new Refusal(404, "ENDPOINT_NOT_FOUND", "there is no " + uri);
      };
    }
  }

  private synchronized Map<String, ?> experiment(URI uri) throws Refusal {
    String query = String.valueOf(uri.getRawQuery());
    String prefix = "experiment_name=";
    if (!query.startsWith(prefix)) {
      throw MlflowRules.invalid("experiment_name is missing");
    }
    String name = URLDecoder.decode(query.substring(prefix.length()), StandardCharsets.UTF_8);
    String id = experiments.get(name);
    if (id == null) {
      throw new Refusal(
          404, MlflowRules.MISSING, "Could not find experiment with name '%s'".formatted(name));
    }
    return Map.of("experiment", Map.of("experiment_id", id, "name", name));
  }

  private Map<String, ?> createExperiment(JsonNode request) throws Refusal {
    MlflowRules.allow(request, Set.of("name"));
    String name = MlflowRules.text(request, "name");
    if (experiments.containsKey(name)) {
      throw new Refusal(
          400, "RESOURCE_ALREADY_EXISTS", "Experiment '%s' already exists.".formatted(name));
    }
    String id = String.valueOf(experiments.size() + 1);
    experiments.put(name, id);
    return Map.of("experiment_id", id);
  }

  private Map<String, ?> createRun(JsonNode request) throws Refusal {
    MlflowRules.allow(request, Set.of("experiment_id", "run_name", "start_time", "tags"));
    String experiment = MlflowRules.text(request, "experiment_id");
    if (!experiments.containsValue(experiment)) {
      throw new Refusal(
          404, MlflowRules.MISSING, "No Experiment with id=%s exists".formatted(experiment));
    }
    MlflowRules.whole(request, "start_time");
    Map<String, String> tags =
        MlflowRules.pairs(request.path("tags"), "tag", MlflowRules.LONGEST_TAG);
    String parent = tags.get("mlflow.parentRunId");
    if (parent != null) {
      run(JSON.createObjectNode().put("run_id", parent));
    }
    String id = "%032x".formatted(numbers.incrementAndGet());
    var run =
        new Run(
            id,
            experiment,
            MlflowRules.text(request, "run_name"),
            "RUNNING",
            new LinkedHashMap<>(tags),
            new LinkedHashMap<>(),
            new ArrayList<>());
    runs.put(id, run);
    return Map.of("run", Map.of("info", Map.of("run_id", id, "status", "RUNNING")));
  }

  private Map<String, ?> logBatch(JsonNode request, int bytes) throws Refusal {
    MlflowRules.allow(request, Set.of("run_id", "metrics", "params", "tags"));
    if (bytes > MlflowRules.MOST_BYTES) {
      throw MlflowRules.invalid(
          "Batched logging API requests must be at most %d bytes"
              .formatted(MlflowRules.MOST_BYTES));
    }
    Run run = run(request);
    JsonNode metrics = request.path("metrics");
    JsonNode params = request.path("params");
    JsonNode tags = request.path("tags");
    MlflowRules.limit("metrics", metrics.size(), MlflowRules.MOST_METRICS);
    MlflowRules.limit("params", params.size(), MlflowRules.MOST_OTHERS);
    MlflowRules.limit("tags", tags.size(), MlflowRules.MOST_OTHERS);
    MlflowRules.limit(
        "metrics, params, and tags",
        metrics.size() + params.size() + tags.size(),
        MlflowRules.MOST_TOGETHER);
    List<Point> points = new ArrayList<>();
    for (JsonNode metric : metrics) {
      MlflowRules.allow(metric, Set.of("key", "value", "timestamp", "step"));
      if (!metric.path("value").isNumber()) {
        throw MlflowRules.invalid("a metric's value must be a number");
      }
      points.add(
          new Point(
              MlflowRules.key(metric),
              metric.path("value").asDouble(),
              MlflowRules.whole(metric, "timestamp"),
              MlflowRules.whole(metric, "step")));
    }
    Map<String, String> wanted = MlflowRules.pairs(params, "param", MlflowRules.LONGEST_PARAM);
    for (var param : wanted.entrySet()) {
      String known = run.params().get(param.getKey());
      if (known != null && !known.equals(param.getValue())) {
        throw MlflowRules.invalid(
            "Changing param values is not allowed. Param with key='%s' was already logged"
                .formatted(param.getKey()));
      }
    }
    run.tags().putAll(MlflowRules.pairs(tags, "tag", MlflowRules.LONGEST_TAG));
    run.params().putAll(wanted);
    run.metrics().addAll(points);
    return Map.of();
  }

  private Map<String, ?> setTag(JsonNode request) throws Refusal {
    MlflowRules.allow(request, Set.of("run_id", "key", "value"));
    Run run = run(request);
    run.tags()
        .put(MlflowRules.key(request), MlflowRules.value(request, "tag", MlflowRules.LONGEST_TAG));
    return Map.of();
  }

  private Map<String, ?> update(JsonNode request) throws Refusal {
    MlflowRules.allow(request, Set.of("run_id", "status", "end_time", "run_name"));
    Run run = run(request);
    String status = MlflowRules.text(request, "status");
    if (!STATUSES.contains(status)) {
      throw MlflowRules.invalid("Invalid value %s for parameter 'status'".formatted(status));
    }
    MlflowRules.whole(request, "end_time");
    runs.put(
        run.id(),
        new Run(
            run.id(),
            run.experiment(),
            run.name(),
            status,
            run.tags(),
            run.params(),
            run.metrics()));
    return Map.of("run_info", Map.of("run_id", run.id(), "status", status));
  }

  private Run run(JsonNode request) throws Refusal {
    String id = MlflowRules.text(request, "run_id");
    Run run = runs.get(id);
    if (run == null) {
      throw new Refusal(404, MlflowRules.MISSING, "Run with id=%s not found".formatted(id));
    }
    return run;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
