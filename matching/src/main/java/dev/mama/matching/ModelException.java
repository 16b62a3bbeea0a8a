package dev.mama.matching;

import dev.mama.MamaException;
import java.net.URL;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a model cannot be loaded, or fails at its work.
 *
 * <p>Immutable.
 */
public final class ModelException extends MamaException {

  private static final long serialVersionUID = 1L;

  private final String model;

  ModelException(String model, String problem, @Nullable Throwable cause) {
    super("model '%s' %s".formatted(model, problem), cause);
    this.model = model;
  }

  /** {@code expected} was not what stands at {@code at}. */
  static ModelException unusable(String model, URL at, String expected, Exception cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new ModelException(
        model, "cannot be loaded: expected %s at %s, but: %s".formatted(expected, at, root), cause);
  }

  /** The name under which the model was opened. */
  public String model() {
    return model;
  }
}
