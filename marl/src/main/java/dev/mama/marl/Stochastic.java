package dev.mama.marl;

import dev.mama.State;
import dev.mama.spi.Policy;

/**
 * A policy that tells beforehand how likely it is to choose what: what off-policy evaluation asks.
 *
 * <p>Implementations are thread-safe.
 */
public interface Stochastic extends Policy {

  /**
   * How likely each choice is: first the candidates of {@code state}, all five places, then, where
   * the policy has it, none. They sum to 1; absent candidates have 0. Of a state without candidates
   * none is certain, which an empty array says where the policy has no place for it.
   */
  double[] probabilities(State state);
}
