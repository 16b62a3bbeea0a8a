package dev.mama.marl;

import dev.mama.Decision;
import dev.mama.spi.Policy;
import java.util.function.Supplier;

/**
 * A way to decide that is tried in a {@link World}.
 *
 * <p>Immutable, so thread-safe; each run gets a chooser of its own.
 *
 * @param name what it is called in reports
 * @param choosers makes the chooser of a run
 */
public record Contender(String name, Supplier<Chooser> choosers) {

  /** {@code policy}, as a group would use it. */
  public static Contender of(String name, Policy policy) {
    return new Contender(
        name,
        () ->
            situation -> {
              Decision decision = policy.decide(situation.state(), situation.random());
              return decision.choice().orElse(-1);
            });
  }
}
