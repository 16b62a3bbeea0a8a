package dev.mama.marl;

import dev.mama.MamaException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a policy file cannot be used, or an engine or device that is to run it is not there.
 *
 * <p>Immutable.
 */
public final class PolicyException extends MamaException {

  private static final long serialVersionUID = 1L;

  PolicyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
