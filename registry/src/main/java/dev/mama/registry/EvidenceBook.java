package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.Standing;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where the desk puts evidence, with the batch it came in.
 *
 * <p>Thread-safe.
 */
interface EvidenceBook {

  /**
   * Takes all of it in, and waits until it is kept; once it is in line, not less if interrupted.
   *
   * @throws LedgerException if it could not be kept; nothing counts
   * @throws InterruptedException if interrupted while waiting to be in line; nothing counts
   */
  void keep(List<Evidence> evidence, BatchStamp stamp) throws InterruptedException;

  /** The last batch of {@code writer} that was kept. */
  Optional<BatchStamp> lastBatch(String writer);

  /** How {@code agent} stands now. */
  Standing standing(AgentId agent);

  static EvidenceBook of(JournalTrustLedger ledger) {
    return new EvidenceBook() {
      @Override
      public void keep(List<Evidence> evidence, BatchStamp stamp) throws InterruptedException {
        ledger.submit(evidence, stamp).awaitUninterruptibly();
      }

      @Override
      public Optional<BatchStamp> lastBatch(String writer) {
        return ledger.lastBatch(writer);
      }

      @Override
      public Standing standing(AgentId agent) {
        return ledger.standing(agent);
      }
    };
  }

  static EvidenceBook of(InMemoryTrustLedger ledger) {
    Map<String, BatchStamp> last = new ConcurrentHashMap<>();
    return new EvidenceBook() {
      @Override
      public void keep(List<Evidence> evidence, BatchStamp stamp) {
        evidence.forEach(ledger::record);
        last.put(stamp.writer(), stamp);
      }

      @Override
      public Optional<BatchStamp> lastBatch(String writer) {
        return Optional.ofNullable(last.get(writer));
      }

      @Override
      public Standing standing(AgentId agent) {
        return ledger.standing(agent);
      }
    };
  }
}
