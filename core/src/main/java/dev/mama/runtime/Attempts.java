package dev.mama.runtime;

import dev.mama.MamaException;
import java.util.ArrayList;
import java.util.List;

/**
 * Steps that are all taken, whichever of them fails.
 *
 * <p>Confined to one thread.
 */
final class Attempts {

  private final List<MamaException> failures = new ArrayList<>();

  /** One of them. */
  interface Step {
    void run() throws InterruptedException;
  }

  void run(Step step) throws InterruptedException {
    try {
      step.run();
    } catch (MamaException e) {
      failures.add(e);
    }
  }

  /** Throws the first failure, if there was one, with the others suppressed. */
  void end() {
    if (!failures.isEmpty()) {
      MamaException first = failures.getFirst();
      failures.stream().skip(1).forEach(first::addSuppressed);
      throw first;
    }
  }
}
