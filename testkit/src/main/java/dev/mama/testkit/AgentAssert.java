package dev.mama.testkit;

import dev.mama.AgentId;
import dev.mama.Event;
import dev.mama.Payload;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ListAssert;

/**
 * What became of one agent's messages; made by {@code assertThat(group).agent("clerk-1")}. A
 * payload is compared by its type's name and its JSON.
 *
 * <p>Confined to the test's thread.
 */
public final class AgentAssert {

  private final TestGroupAssert all;
  private final TestGroup group;
  private final AgentId agent;

  AgentAssert(TestGroupAssert all, TestGroup group, AgentId agent) {
    this.all = all;
    this.group = group;
    this.agent = agent;
  }

  /** It has had exactly these, in this order, failed turns included. */
  public AgentAssert received(Record... payloads) {
    receivedMessages().containsExactly(texts(payloads));
    return this;
  }

  /** It has had these among others, in any order. */
  public AgentAssert receivedAmongOthers(Record... payloads) {
    receivedMessages().contains(texts(payloads));
    return this;
  }

  /** It has had no message. */
  public AgentAssert receivedNothing() {
    receivedMessages().isEmpty();
    return this;
  }

  /** It has had so many messages, tries counted one by one. */
  public AgentAssert received(int count) {
    receivedMessages().hasSize(count);
    return this;
  }

  /** It has sent exactly these to {@code to}, in this order; answers count too. */
  public AgentAssert sent(String to, Record... payloads) {
    AgentId receiver = AgentId.of(to);
    List<String> sent =
        group.events().stream()
            .filter(Event.MessageSent.class::isInstance)
            .map(Event.MessageSent.class::cast)
            .filter(event -> event.from().equals(agent) && event.to().equals(receiver))
            .map(event -> text(event.payload()))
            .toList();
    Assertions.assertThat(sent)
        .as("what '%s' sent to '%s'", agent, to)
        .containsExactly(texts(payloads));
    return this;
  }

  /** One of its turns failed with a message that contains {@code part}. */
  public AgentAssert failedWith(String part) {
    Assertions.assertThat(
            ofAgent().filter(turn -> turn.failure() != null).map(TestGroup.Handled::toString))
        .as("failed turns of '%s'", agent)
        .anySatisfy(turn -> Assertions.assertThat(turn).contains(part));
    return this;
  }

  /** Back to the group. */
  public TestGroupAssert and() {
    return all;
  }

  private ListAssert<String> receivedMessages() {
    return Assertions.assertThat(ofAgent().map(turn -> text(turn.message().payload())).toList())
        .as("what '%s' received", agent);
  }

  private Stream<TestGroup.Handled> ofAgent() {
    return group.handled().stream().filter(turn -> turn.message().to().equals(agent));
  }

  private static String[] texts(Record... payloads) {
    return Stream.of(payloads).map(Payload::of).map(AgentAssert::text).toArray(String[]::new);
  }

  private static String text(Payload payload) {
    return payload.type() + new String(payload.json(), StandardCharsets.UTF_8);
  }
}
