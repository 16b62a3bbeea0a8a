package dev.mama;

import org.jspecify.annotations.Nullable;

/** A store could not keep or read what it was asked to. */
public final class StorageException extends MamaException {

  private static final long serialVersionUID = 1L;

  public StorageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
