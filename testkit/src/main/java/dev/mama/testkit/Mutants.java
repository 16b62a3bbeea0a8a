package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.platform.commons.support.AnnotationSupport.isAnnotated;
import static org.junit.platform.commons.support.HierarchyTraversalMode.TOP_DOWN;
import static org.junit.platform.commons.support.ReflectionSupport.findMethods;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.lang.reflect.Method;
import java.util.List;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/**
 * Shows that a contract test can fail: it is run against an implementation that breaks the contract
 * on purpose.
 *
 * <p>Thread-safe; it holds nothing.
 */
public final class Mutants {

  private Mutants() {}

  /**
   * Runs the contract test {@code mutantTest}, whose subject is broken on purpose, method by method
   * until one of its tests fails, and asserts that one does.
   *
   * @param mutantTest a static nested class that extends a contract; Surefire leaves nested classes
   *     alone
   */
  public static void assertKilled(Class<?> mutantTest) {
    List<Method> tests =
        findMethods(mutantTest, each -> isAnnotated(each, Testable.class), TOP_DOWN);
    long ran = 0;
    for (Method test : tests) {
      var events =
          EngineTestKit.engine("junit-jupiter").selectors(selectMethod(mutantTest, test)).execute();
      ran += events.testEvents().finished().count();
      if (events.allEvents().finished().stream().anyMatch(Mutants::isFailure)) {
        assertThat(ran).as("tests of %s that ran", mutantTest.getSimpleName()).isPositive();
        return;
      }
    }
    fail(
        "none of %d tests notices what %s breaks; add one that does, or take the mutant out",
        ran, mutantTest.getSimpleName());
  }

  private static boolean isFailure(Event finished) {
    return finished
        .getPayload(TestExecutionResult.class)
        .filter(result -> result.getStatus() == TestExecutionResult.Status.FAILED)
        .isPresent();
  }
}
