package dev.mama.marl;

import dev.mama.Decision;
import dev.mama.State;
import dev.mama.spi.Policy;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;

/**
 * A policy that can be exchanged for another while agents decide. Each decision is made by one
 * policy from beginning to end and bears that one's name; a decision under way ends with the policy
 * it began with.
 *
 * <p>Thread-safe.
 */
public final class SwappablePolicy implements Policy {

  private final AtomicReference<Policy> current;

  private SwappablePolicy(Policy first) {
    current = new AtomicReference<>(first);
  }

  /** Decides by {@code first} until it is told otherwise. */
  public static SwappablePolicy of(Policy first) {
    return new SwappablePolicy(first);
  }

  /**
   * Decides by {@code next} from now on.
   *
   * @return the policy before, which may still be deciding; who opened it closes it
   */
  public Policy swap(Policy next) {
    return current.getAndSet(next);
  }

  /** The name of the policy at this moment; a decision's own name is what it was made by. */
  @Override
  public String name() {
    return current.get().name();
  }

  @Override
  public Decision decide(State state, RandomGenerator random) {
    return current.get().decide(state, random);
  }
}
