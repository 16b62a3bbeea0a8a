package dev.mama.testkit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What MLflow's documentation says that a request may be ("REST API", "Log Batch"). */
final class MlflowRules {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  static final int MOST_BYTES = 1_000_000;
  static final int MOST_METRICS = 1_000;
  static final int MOST_OTHERS = 100;
  static final int MOST_TOGETHER = 1_000;
  private static final int LONGEST_KEY = 250;
  static final int LONGEST_PARAM = 6_000;
  static final int LONGEST_TAG = 5_000;
  private static final String INVALID = "INVALID_PARAMETER_VALUE";
  static final String MISSING = "RESOURCE_DOES_NOT_EXIST";

  private MlflowRules() {}

  /** The server will not, and why. */
  static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;
    final int status;
    final String code;

    Refusal(int status, String code, String message) {
      super(message);
      this.status = status;
      this.code = code;
    }
  }

  static JsonNode parse(byte[] body) throws Refusal {
    try {
      JsonNode request = JSON.readTree(body);
      if (request.isObject()) {
        return request;
      }
    } catch (JacksonException e) {
      // Told below.
    }
    throw new Refusal(400, "BAD_REQUEST", "the request is no JSON object");
  }

  static Map<String, String> pairs(JsonNode list, String what, int longest) throws Refusal {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (JsonNode pair : list) {
      allow(pair, Set.of("key", "value"));
      if (pairs.put(key(pair), value(pair, what, longest)) != null) {
        throw invalid("Duplicate %s keys have been submitted: %s".formatted(what, key(pair)));
      }
    }
    return pairs;
  }

  static String key(JsonNode node) throws Refusal {
    String key = text(node, "key");
    if (!key.matches("[A-Za-z0-9_\\-./: ]{1,%d}".formatted(LONGEST_KEY))
        || key.equals(".")
        || key.equals("..")
        || key.startsWith("/")
        || key.contains("//")) {
      throw invalid("Invalid value \"%s\" for parameter 'key'".formatted(key));
    }
    return key;
  }

  static String value(JsonNode node, String what, int longest) throws Refusal {
    JsonNode value = node.path("value");
    if (!value.isString() || value.asString().length() > longest) {
      throw invalid("a %s's value must be a string of at most %d".formatted(what, longest));
    }
    return value.asString();
  }

  static String text(JsonNode node, String field) throws Refusal {
    JsonNode value = node.path(field);
    if (!value.isString() || value.asString().isEmpty()) {
      throw invalid("Missing value for required parameter '%s'".formatted(field));
    }
    return value.asString();
  }

  static long whole(JsonNode node, String field) throws Refusal {
    JsonNode value = node.path(field);
    if (!value.isIntegralNumber()) {
      throw invalid("'%s' must be a whole number".formatted(field));
    }
    return value.asLong();
  }

  static void limit(String what, int size, int most) throws Refusal {
    if (size > most) {
      throw invalid(
          "A batch logging request can contain at most %d %s. Got %d".formatted(most, what, size));
    }
  }

  static void allow(JsonNode node, Set<String> fields) throws Refusal {
    for (String field : node.propertyNames()) {
      if (!fields.contains(field)) {
        throw invalid("field '%s' is unknown".formatted(field));
      }
    }
  }

  static Refusal invalid(String message) {
    return new Refusal(400, INVALID, message);
  }
}
