package dev.mama.matching;

import dev.mama.MamaException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a file of vectors cannot be used.
 *
 * <p>Immutable.
 */
public final class VectorFileException extends MamaException {

  private static final long serialVersionUID = 1L;

  private final transient Path file;

  VectorFileException(Path file, String problem, @Nullable Throwable cause) {
    super("%s %s".formatted(file, problem), cause);
    this.file = file;
  }

  /** The file. */
  public Path file() {
    return file;
  }
}
