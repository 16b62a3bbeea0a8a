package dev.mama.examples;

/**
 * An input of the user's that cannot be used; the message is one line that names place, value and
 * next step.
 */
public final class InputException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public InputException(String message) {
    super(message);
  }
}
