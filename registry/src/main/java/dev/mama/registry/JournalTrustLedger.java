package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Dimension;
import dev.mama.Evidence;
import dev.mama.Standing;
import dev.mama.Time;
import dev.mama.journal.Journal;
import dev.mama.journal.JournalException;
import dev.mama.journal.JournalFault;
import dev.mama.spi.TrustLedger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The trust of an {@link InMemoryTrustLedger}, kept in a folder: what was acknowledged survives
 * kill -9, or a power failure, whichever {@link LedgerOptions#grade} says.
 *
 * <p>Evidence that comes in while the disk is busy becomes one block, kept by one write and one
 * force. Each block holds the SHA-256 hash of the one before, so that {@link #verify} finds the
 * first that is not what was written. Evidence counts once it is kept, in the order kept, and what
 * the disk refuses changes nothing; hence a ledger that is opened again stands where it stood, to
 * the bit.
 *
 * <p>Once in a while it is compacted: a snapshot of all accounts and the last 100 records about
 * each agent go to the end of the chain, and what stands before is deleted. Recording goes on
 * meanwhile, but for the time that writing the accounts takes.
 *
 * <p>The last 100 records about an agent are kept, those of the 10,000 agents rated last in memory
 * too.
 *
 * <p>Thread-safe.
 */
public final class JournalTrustLedger implements TrustLedger, AutoCloseable {

  private final Journal journal;
  private final Path folder;
  private final Time time;
  private final LedgerState state;
  private final Histories histories;
  private final long recovered;
  private final Scribe scribe;
  private final BookQueue queue;
  private final Compactor compactor;

  private JournalTrustLedger(
      Journal journal,
      Path folder,
      LedgerOptions options,
      Time time,
      LedgerState state,
      LedgerReader.Recovered found) {
    this.journal = journal;
    this.folder = folder;
    this.time = time;
    this.state = state;
    this.histories = found.histories();
    this.recovered = found.entries();
    this.scribe = new Scribe(journal, folder, options, state, histories, found.head(), time);
    this.queue = new BookQueue(scribe, folder, options.blockEntries());
    this.compactor = new Compactor(journal, folder, state.accounts, scribe, queue, options, found);
  }

  /** Opens the ledger in {@code folder} as {@link LedgerOptions#defaults} say. */
  public static JournalTrustLedger open(Path folder, Time time) throws InterruptedException {
    return open(folder, LedgerOptions.defaults(), time);
  }

  /**
   * Opens the ledger in {@code folder}, which is made if there is none. Reads all of it, and checks
   * every block.
   *
   * @throws LedgerException if the folder is in use or damaged, a block was altered, or it was
   *     begun with another half-life or other weights; nothing has been changed then
   * @throws IllegalArgumentException if half-life or weights are out of their ranges
   * @throws InterruptedException if interrupted while reading
   */
  public static JournalTrustLedger open(Path folder, LedgerOptions options, Time time)
      throws InterruptedException {
    LedgerState empty = LedgerState.empty(options, time);
    Journal journal = openJournal(folder, options);
    JournalTrustLedger ledger;
    LedgerReader.Recovered found;
    try {
      found = new LedgerReader(journal, folder).recover(options);
      LedgerState state = found.state() == null ? empty : found.state();
      ledger = new JournalTrustLedger(journal, folder, options, time, state, found);
    } catch (RuntimeException | InterruptedException e) {
      closing(journal::close, e);
      throw e;
    }
    try {
      ledger.begin(found.state() == null);
      return ledger;
    } catch (RuntimeException | InterruptedException e) {
      closing(ledger::close, e);
      throw e;
    }
  }

  private void begin(boolean isNew) throws InterruptedException {
    queue.start(compactor::look);
    if (isNew) {
      queue.submit(new Scribe.Snapshot()).await(); // the settings to begin from
    }
  }

  private static Journal openJournal(Path folder, LedgerOptions options) {
    try {
      return Journal.open(folder, options.journal());
    } catch (JournalException e) {
      throw new LedgerException(new LedgerFault.Files(e.fault()), e);
    }
  }

  private static void closing(Runnable close, Exception failure) {
    try {
      close.run();
    } catch (JournalException | LedgerException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Reads the ledger in {@code folder}, which nobody has open, from its first byte to its last. A
   * torn tail that a crash left is cut off, as when opening.
   *
   * @param known a head of it that was kept elsewhere, or null
   * @throws InterruptedException if interrupted while reading
   */
  public static Verification verify(Path folder, LedgerOptions options, @Nullable Head known)
      throws InterruptedException {
    try (Journal journal = openJournal(folder, options)) {
      return new LedgerReader(journal, folder).verify(known);
    } catch (LedgerException e) {
      return new Verification.Broken(e.fault());
    }
  }

  /**
   * Reads what has been written so far, from its first byte on, while others record.
   *
   * @param known a head of it that was kept elsewhere, or null
   * @throws InterruptedException if interrupted while reading
   */
  public Verification verify(@Nullable Head known) throws InterruptedException {
    return compactor.reading(() -> new LedgerReader(journal, folder).verify(known));
  }

  /** The end of the chain; kept elsewhere, it proves later that nothing before was altered. */
  public Head head() {
    return scribe.head();
  }

  /**
   * {@inheritDoc} Waits until it is kept, and not less if interrupted; then it counts.
   *
   * @throws LedgerException if the disk refused it; it does not count
   */
  @Override
  public void record(Evidence evidence) {
    submitUninterruptibly(List.of(evidence)).awaitUninterruptibly();
  }

  private Receipt submitUninterruptibly(List<Evidence> evidence) {
    return queue.submitUninterruptibly(new Scribe.Given(evidence, null));
  }

  /**
   * Puts {@code evidence} in line, to be kept as a whole and in its order. Waits only while much is
   * in line already.
   *
   * @throws IllegalArgumentException if there is more of it than a block takes
   * @throws InterruptedException if interrupted while waiting; none of it is in line
   */
  public Receipt submit(List<Evidence> evidence) throws InterruptedException {
    return submit(evidence, null);
  }

  Receipt submit(List<Evidence> evidence, @Nullable BatchStamp stamp) throws InterruptedException {
    queue.checkSize(evidence.size());
    return queue.submit(new Scribe.Given(List.copyOf(evidence), stamp));
  }

  /** How many pieces of evidence are kept as a whole, at most. */
  int blockEntries() {
    return queue.most();
  }

  /**
   * Shows {@code visitor} the entries of the blocks from {@code block} on, or of the first that is
   * still there, until there have been {@code enough}; returns the block after the last one read.
   */
  long entries(long block, int enough, Consumer<LedgerEntry> visitor) throws InterruptedException {
    return compactor.reading(() -> {
      var seen = new AtomicInteger();
      return LedgerReader.blocks(
          journal,
          folder,
          Math.max(block, journal.firstSequence()),
          body -> {
            int count = new EntryCursor(body).forEach((entry, bytes) -> visitor.accept(entry));
            return seen.addAndGet(count) < enough;
          });
    });
  }

  /** Deletes no block of {@code first} and later ones, whatever that is when it is asked. */
  void keepFrom(LongSupplier first) {
    compactor.keepFrom(first);
  }

  /** The last batch of {@code writer} that was kept. */
  Optional<BatchStamp> lastBatch(String writer) {
    return Optional.ofNullable(state.writers.get(writer));
  }

  /**
   * Gives {@code rater} a whole vote from now on, as {@link InMemoryTrustLedger#preTrust}; waits
   * until that is kept.
   *
   * @throws LedgerException if the disk refused it
   * @throws InterruptedException if interrupted while waiting; it stays in line
   */
  public void preTrust(AgentId rater) throws InterruptedException {
    queue.submit(new Scribe.Vouch(rater)).await();
  }

  /** How much an opinion of {@code rater} would count now, in [0, 1]; 0 if it was never checked. */
  public double vote(AgentId rater) {
    return state.accounts.vote(rater, now());
  }

  @Override
  public Standing standing(AgentId agent) {
    return state.accounts.standing(agent, now());
  }

  @Override
  public double trust(AgentId agent, Dimension dimension) {
    return state.accounts.trust(agent, dimension, now());
  }

  /** The agents of greatest trust; as {@link InMemoryTrustLedger#top}. */
  public List<Ranked> top(int limit) {
    return state.accounts.top(limit, now());
  }

  /**
   * Why {@code agent} stands as it does: its last 100 records and what each weighs now. Where they
   * are not in memory the whole ledger is read, about a second per million records.
   *
   * @throws LedgerException if the disk failed or gave back something else than was written
   * @throws InterruptedException if interrupted while reading
   */
  public Explanation explain(AgentId agent) throws InterruptedException {
    while (true) {
      int records = state.accounts.records(agent);
      List<LedgerEntry> entries =
          histories.isWhole(agent, records)
              ? histories.of(agent)
              : compactor.reading(() -> read(agent));
      double now = now();
      Standing standing = standing(agent);
      if (state.accounts.records(agent) == records && isLatest(entries, records)) {
        return explain(agent, entries, standing, now);
      }
    }
  }

  private static boolean isLatest(List<LedgerEntry> entries, int records) {
    return records == 0
        || (!entries.isEmpty() && entries.get(entries.size() - 1).number() == records);
  }

  private Explanation explain(
      AgentId agent, List<LedgerEntry> entries, Standing standing, double now) {
    var counted = new ArrayList<Explanation.Counted>(entries.size());
    double older = standing.evidence();
    for (LedgerEntry entry : entries) {
      boolean speaksOfTrust =
          !(entry.evidence() instanceof Evidence.Witnessed seen && seen.answered());
      double weight = speaksOfTrust ? entry.vote() * state.accounts.kept(entry.at(), now) : 0;
      counted.add(new Explanation.Counted(entry.evidence(), entry.number(), entry.vote(), weight));
      older -= weight;
    }
    Collections.reverse(counted);
    return new Explanation(agent, standing, counted, Math.max(0, older));
  }

  private List<LedgerEntry> read(AgentId agent) throws InterruptedException {
    var history = new Histories.History();
    LedgerReader.blocks(
        journal,
        folder,
        body ->
            new EntryCursor(body)
                .forEach((entry, bytes) -> {
                  if (entry.evidence().subject().equals(agent)) {
                    history.add(entry.number(), bytes);
                  }
                }));
    return history.entries();
  }

  /**
   * Writes the ledger anew: all accounts and the last 100 records about each agent, and deletes
   * what stands before. Happens by itself, too, as {@link LedgerOptions#compactAfterBytes} says.
   *
   * @throws LedgerException if the disk refused; the ledger goes on with what it has
   * @throws InterruptedException if interrupted while waiting
   */
  public void compact() throws InterruptedException {
    compactor.compact();
  }

  /** What the ledger has done since it was opened. */
  public LedgerFigures figures() {
    return new LedgerFigures(
        scribe.entries(),
        scribe.refused(),
        recovered,
        compactor.compactions(),
        compactor.failed(),
        journal.figures());
  }

  /**
   * Keeps what is in line and gives the folder free. Waits for the disk and for a compaction, and
   * not less if interrupted.
   *
   * @throws LedgerException if the disk failed while closing
   */
  @Override
  public void close() {
    compactor.close();
    queue.close();
    try {
      journal.close();
    } catch (JournalException e) {
      if (!(e.fault() instanceof JournalFault.Closed)) {
        throw new LedgerException(new LedgerFault.Files(e.fault()), e);
      }
    }
  }

  private double now() {
    return state.accounts.seconds(time.now());
  }
}
