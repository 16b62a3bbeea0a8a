package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mama.AgentId;
import dev.mama.spi.AgentIndex;
import dev.mama.testkit.AgentIndexContract;
import org.junit.jupiter.api.Test;

/** Runs twice: in a JVM with the Vector API and in one without. */
final class ExactAgentIndexTest extends AgentIndexContract {

  @Override
  protected AgentIndex newIndex(int dimension) {
    return new ExactAgentIndex(dimension);
  }

  @Test
  void put_manyTimesTheFirstCapacity_keepsEveryAgent() {
    var index = new ExactAgentIndex(2);
    for (int i = 0; i < 1_000; i++) {
      index.put(AgentId.of("a" + i), new float[] {1, i});
    }
    assertThat(index.topK(new float[] {1, 0}, 2_000))
        .hasSize(1_000)
        .allMatch(match -> match.similarity() == 1);
    assertThat(index.topK(new float[] {0, 1}, 1).getFirst().agent()).isEqualTo(AgentId.of("a999"));
  }

  @Test
  void new_noDimension_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new ExactAgentIndex(0));
  }
}
