package dev.mama;

import java.util.regex.Pattern;

/** What form an answer shall have; whether a model keeps to it is the server's affair. */
public sealed interface ChatFormat {

  /** Any text; the default. */
  ChatFormat TEXT = new Text();

  /** Some JSON object. Servers want the word JSON to stand in the prompt too. */
  ChatFormat JSON = new JsonObject();

  /** The type of {@link #TEXT}. */
  record Text() implements ChatFormat {}

  /** The type of {@link #JSON}. */
  record JsonObject() implements ChatFormat {}

  /**
   * A JSON value that fits a schema.
   *
   * <p>Immutable.
   *
   * @param name what the value is; 1 to 64 characters of A-Z a-z 0-9 _ -
   * @param schema the JSON schema as JSON text
   * @param strict whether the server shall let the model write nothing else; OpenAI then takes
   *     schemas only whose objects require all their properties and allow no others
   */
  record JsonSchema(String name, String schema, boolean strict) implements ChatFormat {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /**
     * @throws IllegalArgumentException if the name is not valid
     */
    public JsonSchema {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "schema name '%s' must be 1 to 64 characters of A-Z a-z 0-9 _ -".formatted(name));
      }
    }
  }
}
