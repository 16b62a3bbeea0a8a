package dev.mama.registry;

import dev.mama.MamaException;
import org.jspecify.annotations.Nullable;

/**
 * Messages that were not taken to be told, because too many batches before them are unanswered:
 * tell them again when the registry answers.
 */
public final class NotToldException extends MamaException {

  private static final long serialVersionUID = 1L;

  private final int unanswered;

  NotToldException(int unanswered, @Nullable Throwable cause) {
    super(
        ("%d batches are unanswered, as many as are kept, so these messages were not taken; "
                + "tell them again when the registry answers")
            .formatted(unanswered),
        cause);
    this.unanswered = unanswered;
  }

  /** How many batches wait to be answered. */
  public int unanswered() {
    return unanswered;
  }
}
