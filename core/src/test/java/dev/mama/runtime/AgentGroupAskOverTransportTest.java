package dev.mama.runtime;

import static dev.mama.runtime.Words.EXPERIMENT;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** An ask over a transport keeps every promise that it keeps within a group. */
class AgentGroupAskOverTransportTest extends AgentGroupAskTest {

  private @Nullable InMemoryTransport transport; // set while the superclass is constructed

  @Override
  AgentGroup newGroup() {
    var opened = InMemoryTransport.open();
    transport = opened;
    return AgentGroup.builder(EXPERIMENT)
        .transport(opened)
        .routing(Routing.BROKER)
        .drainTimeout(Duration.ofSeconds(2))
        .build();
  }

  @AfterEach
  void closeTransport() {
    group.close();
    Objects.requireNonNull(transport).close();
  }
}
