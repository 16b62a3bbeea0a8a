package dev.mama;

import org.jspecify.annotations.Nullable;

/** A chat model did not answer. */
public final class ChatException extends MamaException {

  private static final long serialVersionUID = 1L;

  private final boolean transientFailure;

  /**
   * @param message what was asked of whom and what came back; never a key or a password
   * @param transientFailure whether the same request may succeed later
   */
  public ChatException(String message, boolean transientFailure, @Nullable Throwable cause) {
    super(message, cause);
    this.transientFailure = transientFailure;
  }

  /**
   * Whether the same request may succeed later: the server was busy, slow or away, and not: it
   * refused the request.
   */
  public boolean isTransient() {
    return transientFailure;
  }
}
