package dev.mama.mlflow;

import dev.mama.MamaException;
import org.jspecify.annotations.Nullable;

/** An MLflow tracking server could not be asked, or refused. */
public final class MlflowException extends MamaException {

  private static final long serialVersionUID = 1L;

  private final String errorCode;
  private final boolean refused;

  MlflowException(String message, String errorCode, boolean refused, @Nullable Throwable cause) {
    super(message, cause);
    this.errorCode = errorCode;
    this.refused = refused;
  }

  /** The server's own code, for example {@code INVALID_PARAMETER_VALUE}; empty if it gave none. */
  public String errorCode() {
    return errorCode;
  }

  /** Whether the server answered that it will not; else the same may succeed later. */
  public boolean refused() {
    return refused;
  }
}
