package dev.mama;

import org.jspecify.annotations.Nullable;

/** A transport could not take a message over, or could not be opened. */
public final class TransportException extends MamaException {

  private static final long serialVersionUID = 1L;

  public TransportException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
