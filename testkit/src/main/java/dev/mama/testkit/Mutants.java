package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.EventType;

/**
 * Shows that a contract test can fail: it is run against an implementation that breaks the contract
 * on purpose.
 *
 * <p>Thread-safe; it holds nothing.
 */
public final class Mutants {

  private Mutants() {}

  /**
   * Runs the contract test {@code mutantTest}, whose subject is broken on purpose, and asserts that
   * at least one of its tests ran and failed.
   *
   * @param mutantTest a static nested class that extends a contract; Surefire leaves nested classes
   *     alone
   */
  public static void assertKilled(Class<?> mutantTest) {
    var events = EngineTestKit.engine("junit-jupiter").selectors(selectClass(mutantTest)).execute();
    assertThat(events.testEvents().finished().count())
        .as("tests of %s that ran", mutantTest.getSimpleName())
        .isPositive();
    assertThat(events.allEvents().failed().stream().filter(e -> e.getType() == EventType.FINISHED))
        .as("tests that notice what %s breaks", mutantTest.getSimpleName())
        .isNotEmpty();
  }
}
