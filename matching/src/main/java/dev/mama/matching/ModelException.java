package dev.mama.matching;

import dev.mama.MamaException;
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

  /** The name under which the model was opened. */
  public String model() {
    return model;
  }
}
