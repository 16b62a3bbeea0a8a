package dev.mama;

import org.jspecify.annotations.Nullable;

/** The root of what MAMA throws when something outside the caller's arguments went wrong. */
public abstract class MamaException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  protected MamaException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
