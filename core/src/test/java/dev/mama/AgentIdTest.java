package dev.mama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentIdTest {

  @ParameterizedTest
  @ValueSource(strings = {"a", "scout-1", "A.b_c-9", "..", "0"})
  void of_lettersDigitsDotUnderscoreDash_isAccepted(String value) {
    assertThat(AgentId.of(value).value()).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a/b", "a+", "#", "a\n", "ä", "a\u0000"})
  void of_otherCharacter_isRefusedWithTheValue(String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AgentId.of(value))
        .withMessageContaining("'" + value + "'");
  }

  @Test
  void of_length128_isTheLongest() {
    assertThat(AgentId.of("x".repeat(128)).value()).hasSize(128);
    assertThatIllegalArgumentException().isThrownBy(() -> AgentId.of("x".repeat(129)));
  }

  @Test
  void compareTo_ordersByValue() {
    assertThat(List.of(AgentId.of("b"), AgentId.of("a"), AgentId.of("B")).stream().sorted())
        .extracting(AgentId::value)
        .containsExactly("B", "a", "b");
  }

  @Test
  void toString_isTheValue() {
    assertThat(AgentId.of("scout-1")).hasToString("scout-1");
  }
}
