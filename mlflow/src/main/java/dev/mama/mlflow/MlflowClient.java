package dev.mama.mlflow;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * MLflow's REST API 2.0 (MLflow documentation, "REST API"), the few calls that a run needs.
 *
 * <p>Thread-safe.
 */
final class MlflowClient implements AutoCloseable {

  private static final String API = "/api/2.0/mlflow/";
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String EXISTS = "RESOURCE_ALREADY_EXISTS";
  private static final String MISSING = "RESOURCE_DOES_NOT_EXIST";

  /** A pair as MLflow writes params and tags. */
  record Pair(String key, String value) {}

  /** A metric's point; the time in milliseconds since the epoch. */
  record Point(String key, double value, long timestamp, long step) {}

  private final MlflowServer server;
  private final HttpClient http;

  MlflowClient(MlflowServer server) {
    this.server = server;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(server.timeout())
            .build();
  }

  /** The id of the experiment {@code name}, which is made if there is none. */
  String experiment(String name) throws InterruptedException {
    try {
      return found(name);
    } catch (MlflowException e) {
      if (!e.errorCode().equals(MISSING)) {
        throw e;
      }
    }
    try {
      return text(post("experiments/create", Map.of("name", name)), "/experiment_id");
    } catch (MlflowException e) {
      if (!e.errorCode().equals(EXISTS)) {
        throw e;
      }
      return found(name); // somebody else was faster
    }
  }

  private String found(String name) throws InterruptedException {
    String query = URLEncoder.encode(name, StandardCharsets.UTF_8);
    JsonNode answer =
        ask("experiments/get-by-name?experiment_name=" + query, HttpRequest.newBuilder().GET());
    return text(answer, "/experiment/experiment_id");
  }

  /** Creates a run; returns its id. */
  String createRun(String experiment, String name, long startMillis, List<Pair> tags)
      throws InterruptedException {
    return text(
        post(
            "runs/create",
            Map.of(
                "experiment_id", experiment,
                "run_name", name,
                "start_time", startMillis,
                "tags", tags)),
        "/run/info/run_id");
  }

  void logBatch(String run, List<Point> metrics, List<Pair> params) throws InterruptedException {
    post("runs/log-batch", Map.of("run_id", run, "metrics", metrics, "params", params));
  }

  void setTag(String run, Pair tag) throws InterruptedException {
    post("runs/set-tag", Map.of("run_id", run, "key", tag.key(), "value", tag.value()));
  }

  void endRun(String run, String status, long endMillis) throws InterruptedException {
    post("runs/update", Map.of("run_id", run, "status", status, "end_time", endMillis));
  }

  private JsonNode post(String call, Map<String, ?> body) throws InterruptedException {
    return ask(
        call,
        HttpRequest.newBuilder()
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body))));
  }

  private JsonNode ask(String call, HttpRequest.Builder request) throws InterruptedException {
    String user = server.uri().getUserInfo();
    if (!server.token().isEmpty()) {
      request.header("Authorization", "Bearer " + server.token());
    } else if (user != null) {
      byte[] bytes = user.getBytes(StandardCharsets.UTF_8);
      request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(bytes));
    }
    try {
      HttpResponse<byte[]> answer =
          http.send(
              request.uri(uri(call)).timeout(server.timeout()).build(), BodyHandlers.ofByteArray());
      return read(call, answer);
    } catch (IOException e) {
      throw new MlflowException(
          "MLflow server %s does not answer (%s); check that one listens there"
              .formatted(server, e),
          "",
          false,
          e);
    }
  }

  private URI uri(String call) {
    String base = server.toString();
    return URI.create(
        (base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + API + call);
  }

  private JsonNode read(String call, HttpResponse<byte[]> answer) {
    int status = answer.statusCode();
    JsonNode body;
    try {
      body = JSON.readTree(answer.body());
    } catch (JacksonException e) {
      body = JSON.createObjectNode();
    }
    if (status == 200) {
      return body;
    }
    String code = body.path("error_code").asString("");
    throw new MlflowException(
        "MLflow server %s refused %s with status %d %s: %s"
            .formatted(server, call, status, code, body.path("message").asString("")),
        code,
        status < 500 && status != 429,
        null);
  }

  private String text(JsonNode answer, String path) {
    String text = answer.at(path).asString("");
    if (text.isEmpty()) {
      throw new MlflowException(
          "%s answered without %s; check that it is an MLflow tracking server"
              .formatted(server, path),
          "",
          true,
          null);
    }
    return text;
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
