package dev.mama;

import java.util.regex.Pattern;

/**
 * Something a model may ask its caller to do, described in words and by the JSON schema of what it
 * takes.
 *
 * <p>Immutable.
 *
 * @param name 1 to 64 characters of A-Z a-z 0-9 _ -
 * @param description when and for what it is of use; may be empty
 * @param schema the JSON schema of its arguments, an object, as JSON text
 */
public record ChatTool(String name, String description, String schema) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /**
   * A model's wish that a tool be called.
   *
   * <p>Immutable.
   *
   * @param id tells this call from others of the conversation; its result carries it
   * @param name which tool; a model may name one that was not offered
   * @param arguments what the model wrote for them, which should be a JSON object and may be
   *     anything
   */
  public record Call(String id, String name, String arguments) {}

  /** Whether the model may, must or must not call tools. */
  public sealed interface Choice {

    /** The model decides; the default. */
    Choice AUTO = new Auto();

    /** The model answers in text. */
    Choice NONE = new None();

    /** The model calls at least one tool. */
    Choice REQUIRED = new Required();

    /** The type of {@link #AUTO}. */
    record Auto() implements Choice {}

    /** The type of {@link #NONE}. */
    record None() implements Choice {}

    /** The type of {@link #REQUIRED}. */
    record Required() implements Choice {}

    /** The model calls the tool {@code name}. */
    record Named(String name) implements Choice {}
  }

  /**
   * @throws IllegalArgumentException if the name is not valid
   */
  public ChatTool {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "tool name '%s' must be 1 to 64 characters of A-Z a-z 0-9 _ -".formatted(name));
    }
  }
}
