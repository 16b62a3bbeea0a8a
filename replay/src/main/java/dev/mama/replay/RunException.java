package dev.mama.replay;

import dev.mama.MamaException;
import org.jspecify.annotations.Nullable;

/** A run cannot be kept or read; the message names it and says what to do. */
public final class RunException extends MamaException {

  private static final long serialVersionUID = 1L;

  RunException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
