package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Dimension;
import dev.mama.Evidence;
import dev.mama.Standing;
import dev.mama.spi.TrustLedger;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What the owner of a registry told of how agents stand, and what it is to be told of them.
 *
 * <p>Thread-safe.
 */
final class CopiedTrust implements TrustLedger {

  /** So much evidence waits to be told, some 500 bytes each. */
  static final int MOST_UNTOLD = 100_000;

  private final Map<AgentId, Standing> standings = new ConcurrentHashMap<>();
  private final Deque<Evidence> untold = new ConcurrentLinkedDeque<>();
  private final AtomicInteger count = new AtomicInteger();

  /**
   * {@inheritDoc} Here it is put in line to be told to the owner, and counts when that has taken it
   * and has told so.
   *
   * @throws LedgerException if 100,000 pieces are in line; this one is not
   */
  @Override
  public void record(Evidence evidence) {
    if (count.get() >= MOST_UNTOLD) {
      throw new LedgerException(new LedgerFault.Untold(MOST_UNTOLD), null);
    }
    count.incrementAndGet();
    untold.addLast(evidence);
  }

  @Override
  public Standing standing(AgentId agent) {
    return standings.getOrDefault(agent, Account.UNKNOWN);
  }

  /**
   * @throws UnsupportedOperationException always: copies are told how agents stand, not why
   */
  @Override
  public double trust(AgentId agent, Dimension dimension) {
    throw new UnsupportedOperationException(
        "a copy does not know what is thought of agent '%s' in one dimension; ask the ledger in the process of the registry's owner"
            .formatted(agent));
  }

  void told(AgentId agent, @Nullable Standing standing) {
    if (standing == null) {
      standings.remove(agent);
    } else {
      standings.put(agent, standing);
    }
  }

  /** Takes up to {@code most} that the owner is to be told, the oldest first. */
  List<PmlMessage> takeUntold(int most) {
    var messages = new ArrayList<PmlMessage>();
    while (messages.size() < most) {
      Evidence next = untold.pollFirst();
      if (next == null) {
        break;
      }
      count.decrementAndGet();
      messages.add(new PmlMessage.Report(next));
    }
    return messages;
  }

  /** It was not told. */
  void tellAgain(PmlMessage.Report report) {
    count.incrementAndGet();
    untold.addFirst(report.evidence());
  }
}
