package dev.mama.llm.agent;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * How values of a Java type look as JSON: one tree that gives the schema and reads the values, so
 * that the two cannot differ. {@link Shapes} makes it from a type.
 *
 * <p>Reading is lenient where the meaning is plain: {@code "42"} is a number, {@code "in progress"}
 * is IN_PROGRESS, one value is a list of one.
 *
 * <p>Immutable.
 */
sealed interface Shape {

  JsonMapper JSON = new JsonMapper();

  /** Writes the JSON schema of the values into {@code to}. */
  void schema(ObjectNode to);

  /**
   * The value that {@code json} stands for.
   *
   * @param path where it is, for errors
   * @throws MisfitException if it stands for none
   */
  Object read(JsonNode json, String path);

  /** Whether a missing value has a meaning. */
  default boolean isOptional() {
    return false;
  }

  /** Why a JSON value does not fit; the message says where. */
  final class MisfitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MisfitException(String message) {
      super(message, null, false, false);
    }
  }

  private static MisfitException misfit(String path, JsonNode json, String wanted) {
    String shown = json.toString();
    return new MisfitException(
        "%s is %s and should be %s"
            .formatted(path, shown.length() <= 60 ? shown : shown.substring(0, 60) + "…", wanted));
  }

  private static ObjectNode schemaOf(Shape shape) {
    var node = JSON.createObjectNode();
    shape.schema(node);
    return node;
  }

  /** A text. */
  record Text() implements Shape {
    @Override
    public void schema(ObjectNode to) {
      to.put("type", "string");
    }

    @Override
    public Object read(JsonNode json, String path) {
      if (!json.isValueNode() || json.isNull()) {
        throw misfit(path, json, "a text");
      }
      return json.asString();
    }
  }

  /** true or false. */
  record Truth() implements Shape {
    @Override
    public void schema(ObjectNode to) {
      to.put("type", "boolean");
    }

    @Override
    public Object read(JsonNode json, String path) {
      return switch (json.isValueNode() ? json.asString().strip().toLowerCase(Locale.ROOT) : "") {
        case "true", "yes" -> true;
        case "false", "no" -> false;
        default -> throw misfit(path, json, "true or false");
      };
    }
  }

  /** A number of a Java type with limits. */
  record Numeric(Class<?> type, double low, double high) implements Shape {

    private boolean isWhole() {
      return type != double.class && type != float.class;
    }

    @Override
    public void schema(ObjectNode to) {
      to.put("type", isWhole() ? "integer" : "number");
    }

    @Override
    public Object read(JsonNode json, String path) {
      String wanted =
          "%s in [%s, %s]".formatted(isWhole() ? "a whole number" : "a number", low, high);
      if (type == long.class && json.canConvertToLong() && json.isIntegralNumber()) {
        return json.asLong();
      }
      double value;
      try {
        value = json.isNumber() ? json.doubleValue() : Double.parseDouble(json.asString("none"));
      } catch (NumberFormatException e) {
        throw misfit(path, json, wanted);
      }
      if (!(value >= low && value <= high) || (isWhole() && value != Math.rint(value))) {
        throw misfit(path, json, wanted);
      }
      if (type == long.class) {
        return (long) value;
      }
      if (type == int.class) {
        return (int) value;
      }
      return type == float.class ? (Object) (float) value : (Object) value;
    }
  }

  /** One of some names. */
  record Choice(Map<String, Object> byName) implements Shape {
    @Override
    public void schema(ObjectNode to) {
      var names = to.put("type", "string").putArray("enum");
      byName.keySet().forEach(names::add);
    }

    @Override
    public Object read(JsonNode json, String path) {
      String said = plain(json.isValueNode() ? json.asString() : "");
      for (var entry : byName.entrySet()) {
        if (plain(entry.getKey()).equals(said)) {
          return entry.getValue();
        }
      }
      throw misfit(path, json, "one of " + byName.keySet());
    }

    static String plain(String name) {
      return name.strip().replaceAll("[\\s_-]+", "").toLowerCase(Locale.ROOT);
    }
  }

  /** Any number of values of one shape. */
  record Many(Shape each) implements Shape {
    @Override
    public void schema(ObjectNode to) {
      to.put("type", "array").set("items", schemaOf(each));
    }

    @Override
    public Object read(JsonNode json, String path) {
      if (json.isNull()) {
        throw misfit(path, json, "a list");
      }
      if (!json.isArray()) {
        return List.of(each.read(json, path));
      }
      var all = new ArrayList<Object>();
      for (JsonNode one : json) {
        all.add(each.read(one, "%s[%d]".formatted(path, all.size())));
      }
      return List.copyOf(all);
    }
  }

  /** Values of one shape by names of the model's choice. */
  record Named(Shape each) implements Shape {
    @Override
    public void schema(ObjectNode to) {
      to.put("type", "object").set("additionalProperties", schemaOf(each));
    }

    @Override
    public Object read(JsonNode json, String path) {
      if (!json.isObject()) {
        throw misfit(path, json, "an object");
      }
      var all = new LinkedHashMap<String, Object>();
      for (var entry : json.properties()) {
        all.put(entry.getKey(), each.read(entry.getValue(), path + "." + entry.getKey()));
      }
      return Collections.unmodifiableMap(all);
    }
  }

  /** A value that may be missing. */
  record Perhaps(Shape value) implements Shape {
    @Override
    public void schema(ObjectNode to) {
      var any = to.putArray("anyOf");
      any.add(schemaOf(value));
      any.addObject().put("type", "null");
    }

    @Override
    public Object read(JsonNode json, String path) {
      return json.isNull() ? Optional.empty() : Optional.of(value.read(json, path));
    }

    @Override
    public boolean isOptional() {
      return true;
    }
  }

  /** A record. */
  record Fields(
      Class<? extends Record> type,
      String meaning,
      Map<String, Shape> fields,
      Map<String, String> meanings,
      Shapes.Maker maker)
      implements Shape {

    @Override
    public void schema(ObjectNode to) {
      schema(to, null);
    }

    /** The same with a field that names the type, if {@code tag} is given. */
    void schema(ObjectNode to, @Nullable String tag) {
      to.put("type", "object");
      if (!meaning.isEmpty()) {
        to.put("description", meaning);
      }
      var properties = to.putObject("properties");
      var required = to.putArray("required");
      if (tag != null) {
        properties.putObject(tag).put("type", "string").putArray("enum").add(type.getSimpleName());
        required.add(tag);
      }
      fields.forEach((name, shape) -> {
        var property = properties.putObject(name);
        shape.schema(property);
        String words = meanings.getOrDefault(name, "");
        if (!words.isEmpty()) {
          property.put("description", words);
        }
        required.add(name);
      });
      to.put("additionalProperties", false);
    }

    @Override
    public Object read(JsonNode json, String path) {
      if (!json.isObject()) {
        throw misfit(path, json, "an object");
      }
      var values = new ArrayList<Object>();
      fields.forEach((name, shape) -> {
        JsonNode value = json.get(name);
        if (value == null && !shape.isOptional()) {
          throw new MisfitException("%s.%s is missing".formatted(path, name));
        }
        values.add(value == null ? Optional.empty() : shape.read(value, path + "." + name));
      });
      try {
        return maker.make(values.toArray());
      } catch (IllegalArgumentException e) {
        throw new MisfitException("%s: %s".formatted(path, e.getMessage()));
      }
    }
  }

  /** One of several records, told apart by a field. */
  record OneOf(String tag, Map<String, Fields> byName) implements Shape {
    @Override
    public void schema(ObjectNode to) {
      var any = to.putArray("anyOf");
      byName.values().forEach(each -> each.schema(any.addObject(), tag));
    }

    @Override
    public Object read(JsonNode json, String path) {
      var plain = new HashMap<String, Fields>();
      byName.forEach((name, fields) -> plain.put(Choice.plain(name), fields));
      JsonNode said = json.path(tag);
      Fields fields = plain.get(Choice.plain(said.isValueNode() ? said.asString() : ""));
      if (fields == null) {
        throw new MisfitException(
            "%s.%s is %s and should be one of %s"
                .formatted(path, tag, said.isMissingNode() ? "missing" : said, byName.keySet()));
      }
      return fields.read(json, path);
    }
  }
}
