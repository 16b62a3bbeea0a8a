package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.spi.AgentIndex;
import dev.mama.testkit.HashingEncoder;
import dev.mama.testkit.PlainAgentIndex;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CardIndexerTest {

  private static final AgentId ADA = AgentId.of("ada");

  private final HashingEncoder encoder = new HashingEncoder();
  private final PlainAgentIndex index = new PlainAgentIndex(encoder.dimension());
  private final InMemoryRegistry registry = InMemoryRegistry.create();

  @Test
  void onChange_registeredChangedRetired_theIndexFollows() throws Exception {
    try (var indexer = CardIndexer.start(encoder, index)) {
      registry.onChange(indexer);
      for (int i = 0; i < 600; i++) {
        registry.register(new AgentCard(Ledgers.agent(i), "any", "does thing " + i));
      }
      indexer.await();
      assertThat(index.size()).isEqualTo(600);
      registry.register(new AgentCard(Ledgers.agent(7), "any", "does something else"));
      registry.retire(Ledgers.agent(8));
      registry.register(new AgentCard(ADA, "any", "comes"), "g1");
      registry.retire(ADA);
      registry.left("g1");
      registry.sweep();
      indexer.await();
      List<AgentIndex.Match> all = index.topK(encoder.encode("does something else"), 600);
      assertThat(all).hasSize(599);
      assertThat(all)
          .extracting(AgentIndex.Match::agent)
          .startsWith(Ledgers.agent(7))
          .doesNotContain(ADA, Ledgers.agent(8));
    }
  }

  @Test
  void start_otherDimension_isRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CardIndexer.start(encoder, new PlainAgentIndex(3)))
        .withMessageContaining("the index holds 3");
  }
}
