package dev.mama.testkit;

import dev.mama.AgentId;
import java.util.List;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.Assertions;

/**
 * What happened in a {@link TestGroup}; made by {@code assertThat(group)}.
 *
 * <p>Confined to the test's thread.
 */
public final class TestGroupAssert extends AbstractAssert<TestGroupAssert, TestGroup> {

  TestGroupAssert(TestGroup group) {
    super(group, TestGroupAssert.class);
  }

  /** What became of the messages of the agent, or client, {@code id}. */
  public AgentAssert agent(String id) {
    isNotNull();
    return new AgentAssert(this, actual, AgentId.of(id));
  }

  /** What became of the messages of the agent, or client, {@code id}. */
  public AgentAssert agent(AgentId id) {
    return agent(id.value());
  }

  /** Nothing that went wrong has been recorded. */
  public TestGroupAssert hasNoErrors() {
    isNotNull();
    Assertions.assertThat(actual.errors()).as("recorded errors").isEmpty();
    return this;
  }

  /** Some error was recorded that contains {@code part}. */
  public TestGroupAssert hasError(String part) {
    isNotNull();
    Assertions.assertThat(actual.errors())
        .as("recorded errors")
        .anySatisfy(error -> Assertions.assertThat(error).contains(part));
    return this;
  }

  /** The turns went exactly so, each as {@link TestGroup.Handled} writes it. */
  public TestGroupAssert went(List<String> turns) {
    isNotNull();
    Assertions.assertThat(actual.handled().stream().map(TestGroup.Handled::toString).toList())
        .as("turns")
        .isEqualTo(turns);
    return this;
  }
}
