package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;

/** Whether it is noticed that a mutant lives. */
class MutantsTest {

  static class Lives {
    @Test
    void passes() {}

    @Test
    void passesToo() {}
  }

  static final class Dies extends Lives {
    @Test
    void fails() {
      fail("on purpose");
    }
  }

  static final class HasNoTests {}

  @Test
  void assertKilled_oneTestFails_isFine() {
    Mutants.assertKilled(Dies.class);
  }

  @Test
  void assertKilled_allPass_isAFailure() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> Mutants.assertKilled(Lives.class))
        .withMessageContaining("none of 2 tests notices what Lives breaks");
  }

  @Test
  void assertKilled_noTests_isAFailure() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> Mutants.assertKilled(HasNoTests.class));
  }
}
