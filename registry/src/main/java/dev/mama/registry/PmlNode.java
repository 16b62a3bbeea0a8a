package dev.mama.registry;

import dev.mama.AgentId;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A JSON object that is read strictly: what is asked for must be there and of its type, and what
 * was never asked for must not be there.
 *
 * <p>Confined to one thread.
 */
final class PmlNode {

  private final String path;
  private final JsonNode node;
  private final Set<String> read = new HashSet<>();

  private PmlNode(String path, JsonNode node) {
    this.path = path;
    this.node = node;
  }

  static PmlNode of(String path, JsonNode node) throws PmlException {
    if (!node.isObject()) {
      throw new PmlException(
          PmlReason.MISSHAPEN, "%s must be an object, not %s".formatted(path, show(node)));
    }
    return new PmlNode(path, node);
  }

  boolean has(String name) {
    return node.has(name);
  }

  String text(String name) throws PmlException {
    JsonNode value = need(name);
    if (!value.isString()) {
      throw wrong(name, value, "a text");
    }
    return value.stringValue();
  }

  /** The text {@code name}, empty where there is none. */
  String maybeText(String name) throws PmlException {
    return has(name) ? text(name) : "";
  }

  long whole(String name, long least) throws PmlException {
    JsonNode value = need(name);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(name, value, "a whole number");
    }
    if (value.longValue() < least) {
      throw new PmlException(
          PmlReason.OUT_OF_RANGE,
          "%s.%s is %s; it must be at least %d".formatted(path, name, show(value), least));
    }
    return value.longValue();
  }

  double share(String name) throws PmlException {
    JsonNode value = need(name);
    if (!value.isNumber()) {
      throw wrong(name, value, "a number");
    }
    double number = value.doubleValue();
    if (!(number >= 0 && number <= 1)) {
      throw new PmlException(
          PmlReason.OUT_OF_RANGE,
          "%s.%s is %s; it must be in [0, 1]".formatted(path, name, show(value)));
    }
    return number;
  }

  boolean truth(String name) throws PmlException {
    JsonNode value = need(name);
    if (!value.isBoolean()) {
      throw wrong(name, value, "true or false");
    }
    return value.booleanValue();
  }

  AgentId agent(String name) throws PmlException {
    String text = text(name);
    try {
      return AgentId.of(text);
    } catch (IllegalArgumentException e) {
      throw new PmlException(
          PmlReason.OUT_OF_RANGE,
          "%s.%s: %s".formatted(path, name, cut(String.valueOf(e.getMessage()))));
    }
  }

  Instant instant(String name) throws PmlException {
    String text = text(name);
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new PmlException(
          PmlReason.MISSHAPEN,
          "%s.%s is '%s'; it must be a time such as 2026-11-21T12:00:00Z"
              .formatted(path, name, cut(text)));
    }
  }

  Duration nanos(String name) throws PmlException {
    return Duration.ofNanos(whole(name, 0));
  }

  PmlNode object(String name) throws PmlException {
    return of(path + "." + name, need(name));
  }

  List<JsonNode> list(String name) throws PmlException {
    JsonNode value = need(name);
    if (!value.isArray()) {
      throw wrong(name, value, "a list");
    }
    return new ArrayList<>(value.values());
  }

  List<String> texts(String name) throws PmlException {
    var texts = new ArrayList<String>();
    for (JsonNode each : list(name)) {
      if (!each.isString()) {
        throw wrong(name, each, "a list of texts");
      }
      texts.add(each.stringValue());
    }
    return texts;
  }

  /** Nothing more is to be read: refuses what was not. */
  void end() throws PmlException {
    for (String name : node.propertyNames()) {
      if (!read.contains(name)) {
        throw new PmlException(
            PmlReason.MISSHAPEN, "%s has a field '%s' of no meaning".formatted(path, cut(name)));
      }
    }
  }

  private JsonNode need(String name) throws PmlException {
    read.add(name);
    JsonNode value = node.get(name);
    if (value == null) {
      throw new PmlException(PmlReason.MISSHAPEN, "%s.%s is missing".formatted(path, name));
    }
    return value;
  }

  private PmlException wrong(String name, JsonNode value, String expected) {
    return new PmlException(
        PmlReason.MISSHAPEN,
        "%s.%s is %s; it must be %s".formatted(path, name, show(value), expected));
  }

  private static String show(JsonNode node) {
    return cut(node.toString());
  }

  static String cut(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "…";
  }
}
