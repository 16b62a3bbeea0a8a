package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.spi.AgentIndex;
import dev.mama.testkit.HashingEncoder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CardIndexerTest {

  private static final AgentId ADA = AgentId.of("ada");

  private final HashingEncoder encoder = new HashingEncoder();
  private final Vectors index = new Vectors(encoder.dimension());
  private final InMemoryRegistry registry = InMemoryRegistry.create();

  @Test
  void onChange_registeredChangedRetired_theIndexFollows() throws Exception {
    try (var indexer = CardIndexer.start(encoder, index)) {
      registry.onChange(indexer);
      for (int i = 0; i < 600; i++) {
        registry.register(new AgentCard(Ledgers.agent(i), "any", "does thing " + i));
      }
      indexer.await();
      assertThat(index.vectors).hasSize(600);
      registry.register(new AgentCard(Ledgers.agent(7), "any", "does something else"));
      registry.retire(Ledgers.agent(8));
      registry.register(new AgentCard(ADA, "any", "comes"), "g1");
      registry.retire(ADA);
      registry.left("g1");
      registry.sweep();
      indexer.await();
      assertThat(index.vectors).hasSize(599).doesNotContainKeys(ADA, Ledgers.agent(8));
      assertThat(index.vectors.get(Ledgers.agent(7)))
          .isEqualTo(encoder.encode("does something else"));
    }
  }

  @Test
  void start_otherDimension_isRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CardIndexer.start(encoder, new Vectors(3)))
        .withMessageContaining("the index holds 3");
  }

  /** Holds vectors, and searches none. */
  private static final class Vectors implements AgentIndex {
    private final int dimension;
    private final Map<AgentId, float[]> vectors = new ConcurrentHashMap<>();

    Vectors(int dimension) {
      this.dimension = dimension;
    }

    @Override
    public int dimension() {
      return dimension;
    }

    @Override
    public int size() {
      return vectors.size();
    }

    @Override
    public void put(AgentId agent, float[] vector) {
      vectors.put(agent, Arrays.copyOf(vector, dimension));
    }

    @Override
    public boolean remove(AgentId agent) {
      return vectors.remove(agent) != null;
    }

    @Override
    public List<Match> topK(float[] query, int k) {
      throw new UnsupportedOperationException("nobody searches here");
    }
  }
}
