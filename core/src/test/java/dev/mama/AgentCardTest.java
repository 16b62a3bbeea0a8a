package dev.mama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class AgentCardTest {

  private static final AgentId ADA = AgentId.of("ada");

  @Test
  void specialty_isALabel_andNoLongerThanOne() {
    assertThat(new AgentCard(ADA, "x".repeat(1_000), "does anything").specialty()).hasSize(1_000);
    assertThatThrownBy(() -> new AgentCard(ADA, "x".repeat(1_001), "does anything"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("specialty of agent 'ada' has 1001 characters; it may have 1000");
  }
}
