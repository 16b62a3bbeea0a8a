package dev.mama;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a message carries: an immutable record, or the JSON it was encoded to.
 *
 * <p>Within a process the record travels as it is. It is encoded once, when it first crosses a
 * wire, a journal or a store, and decoded when the receiver asks for it as a type.
 *
 * <p>Thread-safe; immutable as long as the record is.
 */
public final class Payload {

  /** Numbers are written by a faster way than the JDK's, with the same digits. */
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build())
          .build();

  private final String wireType; // of what came from a wire or a store
  private final @Nullable Record value;
  private volatile byte @Nullable [] json;

  private Payload(String wireType, @Nullable Record value, byte @Nullable [] json) {
    this.wireType = wireType;
    this.value = value;
    this.json = json;
  }

  /** A plain text, the payload of {@link #text(String)}. */
  public record Text(String text) {
    public Text {
      Objects.requireNonNull(text, "text");
    }
  }

  /** The payload {@code value}; its type is the record's simple name. */
  public static Payload of(Record value) {
    return new Payload("", Objects.requireNonNull(value, "value"), null);
  }

  /** The payload {@code new Text(text)}. */
  public static Payload text(String text) {
    return of(new Text(text));
  }

  /**
   * A payload that came from a wire or a store.
   *
   * @param type the name it was sent under, or empty if the sender gave none
   * @param json UTF-8 JSON; kept, not copied, so the caller must not change it
   */
  public static Payload encoded(String type, byte[] json) {
    return new Payload(type, null, json);
  }

  /** The record's simple name, or empty if a foreign client sent none. */
  public String type() {
    return value == null ? wireType : value.getClass().getSimpleName();
  }

  /**
   * The payload as {@code wanted}.
   *
   * @throws PayloadException if it has another type, or its JSON does not fit
   */
  public <R extends Record> R as(Class<R> wanted) {
    if (wanted.isInstance(value)) {
      return wanted.cast(value);
    }
    String type = type();
    if (!type.isEmpty() && !type.equals(wanted.getSimpleName())) {
      throw new PayloadException(
          "payload is a '%s', not a '%s'; ask for the type that was sent"
              .formatted(type, wanted.getSimpleName()));
    }
    try {
      return Objects.requireNonNull(JSON.readValue(json(), wanted), "JSON null is no payload");
    } catch (JacksonException | NullPointerException e) {
      throw new PayloadException(
          "payload of type '%s' cannot be read as %s: %s"
              .formatted(type, wanted.getSimpleName(), firstLine(e)),
          e);
    }
  }

  /**
   * The payload as UTF-8 JSON; the array is shared, so the caller must not change it.
   *
   * @throws PayloadException if the record cannot be written as JSON
   */
  public byte[] json() {
    byte[] encoded = json;
    if (encoded == null) {
      try {
        encoded = JSON.writeValueAsBytes(value);
      } catch (JacksonException e) {
        throw new PayloadException(
            "payload of type '%s' cannot be written as JSON: %s".formatted(type(), firstLine(e)),
            e);
      }
      json = encoded;
    }
    return encoded;
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  /** The JSON, cut to 200 characters; for a person. */
  @Override
  public String toString() {
    String text = new String(json(), StandardCharsets.UTF_8);
    return type() + (text.length() <= 200 ? text : text.substring(0, 200) + "…");
  }
}
