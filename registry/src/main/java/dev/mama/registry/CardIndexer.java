package dev.mama.registry;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.spi.AgentIndex;
import dev.mama.spi.SentenceEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an index of agents as a registry's cards are: listens to its changes, encodes the
 * descriptions of new and changed cards in batches on a thread of its own, and takes out who is
 * retired. Of an agent that changes faster than it is encoded only the latest card is.
 *
 * <p>Thread-safe.
 */
public final class CardIndexer implements Consumer<RegistryChange>, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CardIndexer.class);
  private static final int BATCH = 256;

  private final SentenceEncoder encoder;
  private final AgentIndex index;
  private final Thread thread;
  private final Latest<RegistryChange> line = new Latest<>();

  private CardIndexer(SentenceEncoder encoder, AgentIndex index) {
    this.encoder = encoder;
    this.index = index;
    this.thread = Thread.ofPlatform().name("mama-card-indexer").daemon().unstarted(this::work);
  }

  /**
   * An indexer to be given to {@link InMemoryRegistry#onChange}; encoder and index stay the
   * caller's.
   *
   * @throws IllegalArgumentException if encoder and index differ in dimension
   */
  public static CardIndexer start(SentenceEncoder encoder, AgentIndex index) {
    if (encoder.dimension() != index.dimension()) {
      throw new IllegalArgumentException(
          "encoder '%s' makes vectors of %d floats, the index holds %d"
              .formatted(encoder.name(), encoder.dimension(), index.dimension()));
    }
    var indexer = new CardIndexer(encoder, index);
    indexer.thread.start();
    return indexer;
  }

  /** Takes note of a change and returns; what it comes to is done later. */
  @Override
  public void accept(RegistryChange change) {
    if (change instanceof RegistryChange.Changed) {
      return; // silent agents stay findable, and are passed over where they are looked for
    }
    line.put(change.agent(), change);
  }

  /**
   * Waits until the index is as the changes told so far.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  public void await() throws InterruptedException {
    line.await();
  }

  private void work() {
    try {
      while (true) {
        Map<AgentId, RegistryChange> changes = line.take();
        if (changes.isEmpty()) {
          return;
        }
        apply(changes);
      }
    } catch (InterruptedException e) {
      LOG.debug("indexing was given up, because the indexer is being closed");
    } finally {
      line.ended();
    }
  }

  private void apply(Map<AgentId, RegistryChange> changes) throws InterruptedException {
    var cards = new ArrayList<AgentCard>();
    for (RegistryChange change : changes.values()) {
      switch (change) {
        case RegistryChange.Registered registered -> cards.add(registered.card());
        case RegistryChange.Retired retired -> index.remove(retired.agent());
        case RegistryChange.Changed ignored -> {}
      }
    }
    for (int from = 0; from < cards.size(); from += BATCH) {
      encode(cards.subList(from, Math.min(from + BATCH, cards.size())));
    }
  }

  private void encode(List<AgentCard> cards) throws InterruptedException {
    try {
      float[][] vectors = encoder.encode(cards.stream().map(AgentCard::description).toList());
      for (int i = 0; i < vectors.length; i++) {
        index.put(cards.get(i).agent(), vectors[i]);
      }
    } catch (RuntimeException e) {
      LOG.error(
          "{} cards could not be encoded and cannot be found, the first one of agent '{}'; register them again",
          cards.size(),
          cards.get(0).agent(),
          e);
    }
  }

  /** Ends the thread; what waits is given up. */
  @Override
  public void close() {
    line.close();
    thread.interrupt();
    Ending.await(thread);
  }
}
