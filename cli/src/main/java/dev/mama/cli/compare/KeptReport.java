package dev.mama.cli.compare;

import dev.mama.bench.Figure;
import dev.mama.examples.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A {@code report.json} of a bench, read again.
 *
 * <p>Immutable.
 *
 * @param name what it is kept by, for example {@code runtime}
 * @param command that made it, for example {@code bench runtime --quick}
 * @param startedAt as it stands there, an instant
 * @param noisy whether others were busy on the machine meanwhile
 */
record KeptReport(
    String name,
    String command,
    String commit,
    String jdk,
    String machine,
    long seed,
    String startedAt,
    boolean noisy,
    List<Figure> figures) {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * Reads a report.
   *
   * @throws InputException if the file cannot be read or is no report
   */
  static KeptReport read(String name, Path file) {
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      var figures = new ArrayList<Figure>();
      for (JsonNode each : json.required("figures")) {
        figures.add(
            new Figure(
                each.required("name").asString(),
                each.required("value").asDouble(),
                each.required("unit").asString(),
                number(each, "low"),
                number(each, "high"),
                each.required("samples").asLong(),
                each.path("goal").isString() ? each.path("goal").asString() : null,
                each.path("met").isBoolean() ? each.path("met").asBoolean() : null));
      }
      return new KeptReport(
          name,
          json.required("command").asString(),
          json.required("commit").asString(),
          json.required("jdk").asString(),
          json.required("machine").asString(),
          json.required("seed").asLong(),
          json.required("startedAt").asString(),
          json.required("noisy").asBoolean(),
          List.copyOf(figures));
    } catch (IOException | JacksonException e) {
      throw new InputException(
          "%s: is no report of a bench (%s); give a report.json that ./mama bench has written"
              .formatted(file, firstLine(e)));
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static @Nullable Double number(JsonNode figure, String field) {
    JsonNode number = figure.path(field);
    return number.isNumber() ? number.asDouble() : null;
  }

  /** The figure of that name. */
  Optional<Figure> figure(String figure) {
    return figures.stream().filter(it -> it.name().equals(figure)).findFirst();
  }

  /** Whether the bench was told to end within a minute. */
  boolean isQuick() {
    return command.contains("--quick");
  }

  /** Whether it only shows that the bench works. */
  boolean isSmoke() {
    return command.contains("--smoke");
  }

  /**
   * The same as text that a version control shows well: a line for each figure, without what is not
   * there.
   */
  String text() {
    var head = new LinkedHashMap<String, Object>();
    head.put("command", command);
    head.put("commit", commit);
    head.put("jdk", jdk);
    head.put("machine", machine);
    head.put("seed", seed);
    head.put("startedAt", startedAt);
    head.put("noisy", noisy);
    return head.entrySet().stream()
        .map(field ->
            "%s: %s"
                .formatted(
                    JSON.writeValueAsString(field.getKey()),
                    JSON.writeValueAsString(field.getValue())))
        .collect(
            Collectors.joining(
                ",\n  ",
                "{\n  ",
                figures.stream()
                    .map(figure -> "    " + JSON.writeValueAsString(fields(figure)))
                    .collect(Collectors.joining(",\n", ",\n  \"figures\": [\n", "\n  ]\n}\n"))));
  }

  private static Map<String, Object> fields(Figure figure) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("name", figure.name());
    fields.put("value", figure.value());
    fields.put("unit", figure.unit());
    put(fields, "low", figure.low());
    put(fields, "high", figure.high());
    fields.put("samples", figure.samples());
    put(fields, "goal", figure.goal());
    put(fields, "met", figure.met());
    return fields;
  }

  private static void put(Map<String, Object> fields, String name, @Nullable Object value) {
    if (value != null) {
      fields.put(name, value);
    }
  }
}
