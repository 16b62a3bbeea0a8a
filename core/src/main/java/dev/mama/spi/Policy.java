package dev.mama.spi;

import dev.mama.Decision;
import dev.mama.State;
import java.util.random.RandomGenerator;

/**
 * Decides whom to ask.
 *
 * <p>Contract, tested by {@code PolicyContract} of the test kit: the choice is one of the state's
 * candidates, or none; its propensity is the probability with which it was drawn; the same state
 * and random numbers give the same decision.
 *
 * <p>Implementations are thread-safe.
 */
public interface Policy {

  /** Name and version, for reports and for each decision. */
  String name();

  /** Chooses one of the candidates of {@code state}; none where there are none. */
  Decision decide(State state, RandomGenerator random);
}
