package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.Time;
import dev.mama.journal.Grade;
import dev.mama.journal.Journal;
import dev.mama.journal.JournalException;
import dev.mama.journal.JournalFault;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes a ledger's chain: it takes all that has come in while the disk was
 * busy, makes a block of it, has the journal keep that, takes it into the accounts, and tells those
 * who wait. What the disk refuses has changed nothing.
 *
 * <p>Confined to {@link BookQueue}'s thread, but for the counters and the head.
 */
final class Scribe {

  private static final int SNAPSHOT_BYTES = 1 << 20;

  private final Journal journal;
  private final Path folder;
  private final LedgerOptions options;
  private final LedgerState state;
  private final Histories histories;
  private final Time time;
  private final MessageDigest sha256 = Block.sha256();
  private final AtomicLong entries = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong written = new AtomicLong();

  /** Where a block of a snapshot ends, at most, but for its hash. */
  private final int largestOfSnapshot;

  private volatile Head head;
  private byte[] hash;
  private ByteBuffer bytes = ByteBuffer.allocate(1 << 16);

  Scribe(
      Journal journal,
      Path folder,
      LedgerOptions options,
      LedgerState state,
      Histories histories,
      Head head,
      Time time) {
    this.journal = journal;
    this.folder = folder;
    this.options = options;
    this.state = state;
    this.histories = histories;
    this.head = head;
    this.hash = head.bytes();
    this.time = time;
    this.largestOfSnapshot =
        Math.min(SNAPSHOT_BYTES, Block.bytes(options.blockEntries())) - Head.HASH_BYTES;
  }

  /** Something to be written. */
  sealed interface Order {

    /** About how many entries it takes in a block, at least 1. */
    default int size() {
      return 1;
    }
  }

  /** Evidence, and the batch it came in if it came in one. */
  record Given(List<Evidence> evidence, @Nullable BatchStamp stamp) implements Order {
    @Override
    public int size() {
      return Math.max(1, evidence.size());
    }
  }

  /** A rater that the application vouches for. */
  record Vouch(AgentId rater) implements Order {}

  /** Entries that were taken in before, to be carried over. */
  record Carry(ByteBuffer carried) implements Order {}

  /** All accounts, to begin from. */
  record Snapshot() implements Order {}

  Head head() {
    return head;
  }

  long entries() {
    return entries.get();
  }

  /** Bytes of all blocks written. */
  long bytes() {
    return written.get();
  }

  long refused() {
    return refused.get();
  }

  /**
   * Writes {@code orders}, in order.
   *
   * @throws LedgerException if the journal refused; nothing of them counts
   */
  void write(List<Order> orders) {
    boolean evidence = false;
    for (Order order : orders) {
      switch (order) {
        case Carry carry -> carry(carry);
        case Snapshot snapshot -> snapshot();
        case Given given -> evidence = true;
        case Vouch vouch -> evidence = true;
      }
    }
    if (evidence) {
      writeEvidence(orders);
    }
  }

  private void writeEvidence(List<Order> orders) {
    double now = state.accounts.seconds(time.now());
    var written = new ArrayList<LedgerEntry>();
    var places = new int[2 * entries(orders)];
    int next = 0;
    Map<AgentId, Credibility> checked = hasOpinion(orders) ? new HashMap<>() : null;
    var numbers = new HashMap<AgentId, Integer>();
    begin();
    for (Order order : orders) {
      if (order instanceof Given given) {
        if (given.stamp() != null) {
          room(1 + BatchStamp.BYTES).put(Block.BATCH);
          given.stamp().write(bytes);
        }
        for (Evidence each : given.evidence()) {
          room(LedgerEntry.BYTES);
          int at = bytes.position();
          LedgerEntry entry = entry(each, now, checked, numbers);
          entry.write(bytes);
          written.add(entry);
          places[next++] = at;
          places[next++] = bytes.position() - at;
        }
      } else if (order instanceof Vouch vouch) {
        room(1 + BatchStamp.BYTES).put(Block.VOUCHED);
        LedgerEntry.write(vouch.rater(), bytes);
        bytes.putDouble(now);
        if (checked != null) {
          state.accounts.tryVouch(tried(vouch.rater(), checked), now);
        }
      }
    }
    try {
      keep(Block.Kind.EVIDENCE, options.grade());
    } catch (LedgerException e) {
      refused.addAndGet(written.size());
      throw e;
    }
    takeIn(orders, written, places, now);
  }

  private static int entries(List<Order> orders) {
    int entries = 0;
    for (Order order : orders) {
      entries += order instanceof Given given ? given.evidence().size() : 0;
    }
    return entries;
  }

  /** Only an opinion asks what the checks before it in the same block have come to. */
  private static boolean hasOpinion(List<Order> orders) {
    for (Order order : orders) {
      if (order instanceof Given given) {
        for (Evidence each : given.evidence()) {
          if (each instanceof Evidence.Opinion) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** What is kept of {@code evidence}: its vote follows from all that stands before it. */
  private LedgerEntry entry(
      Evidence evidence,
      double now,
      @Nullable Map<AgentId, Credibility> checked,
      Map<AgentId, Integer> numbers) {
    Accounts accounts = state.accounts;
    double at = accounts.countedAt(evidence, now);
    double vote = 1;
    switch (evidence) {
      case Evidence.Witnessed seen -> {}
      case Evidence.Checked each -> {
        if (checked != null) {
          accounts.tryCheck(tried(each.rater(), checked), accounts.agreement(each), at);
        }
      }
      case Evidence.Opinion opinion -> {
        Credibility tried = checked == null ? null : checked.get(opinion.rater());
        vote = tried == null ? accounts.vote(opinion.rater(), now) : accounts.vote(tried, now);
      }
    }
    AgentId subject = evidence.subject();
    Integer last = numbers.get(subject);
    int number = 1 + (last == null ? accounts.records(subject) : last);
    numbers.put(subject, number);
    return new LedgerEntry(evidence, at, vote, number);
  }

  private Credibility tried(AgentId rater, Map<AgentId, Credibility> checked) {
    return checked.computeIfAbsent(rater, state.accounts::credibility);
  }

  /**
   * Takes the entries in.
   *
   * @param places where each stands in {@code bytes}, and how long it is
   */
  private void takeIn(List<Order> orders, List<LedgerEntry> written, int[] places, double now) {
    int next = 0;
    for (Order order : orders) { // as they stand in the block: it decides how sums are rounded
      if (order instanceof Given given) {
        for (int end = next + given.evidence().size(); next < end; next++) {
          LedgerEntry entry = written.get(next);
          histories.add(
              entry.evidence().subject(),
              entry.number(),
              bytes.array(),
              places[2 * next],
              places[2 * next + 1]);
          state.takeIn(entry);
        }
        if (given.stamp() != null) {
          state.writers.put(given.stamp().writer(), given.stamp());
        }
      } else if (order instanceof Vouch vouch) {
        state.accounts.vouch(vouch.rater(), now);
      }
    }
    entries.addAndGet(written.size());
  }

  private void carry(Carry carry) {
    begin();
    room(carry.carried().remaining()).put(carry.carried());
    keep(Block.Kind.CARRIED, Grade.JOURNALLED);
  }

  /** Writes a snapshot as of now; nothing is taken in meanwhile. */
  private void snapshot() {
    begin();
    room(4096);
    state.writeSettings(bytes, options);
    keep(Block.Kind.BEGIN, Grade.JOURNALLED);
    begin();
    var count = new AtomicLong();
    state.accounts.forEach((agent, account) -> {
      roomInNext(Block.Kind.ACCOUNTS, Account.BYTES + 130);
      LedgerState.write(agent, account, bytes);
      count.incrementAndGet();
    });
    keep(Block.Kind.ACCOUNTS, Grade.JOURNALLED);
    if (!state.writers.isEmpty()) {
      begin();
      for (BatchStamp stamp : state.writers.values()) {
        roomInNext(Block.Kind.WRITERS, BatchStamp.BYTES);
        stamp.write(bytes);
      }
      keep(Block.Kind.WRITERS, Grade.JOURNALLED);
    }
    begin();
    room(8).putLong(count.get());
    keep(Block.Kind.END, options.grade());
  }

  /** Room for so many bytes more: in this block of a snapshot, or in the next if it is full. */
  private void roomInNext(Block.Kind kind, int more) {
    if (bytes.position() + more > largestOfSnapshot) {
      keep(kind, Grade.JOURNALLED);
      begin();
    }
    room(more);
  }

  private void begin() {
    bytes.clear().position(Block.HEADER);
  }

  /** Room for so many bytes more, and a hash behind them. */
  private ByteBuffer room(int more) {
    int needed = bytes.position() + more + Head.HASH_BYTES;
    if (needed > bytes.capacity()) {
      ByteBuffer larger = ByteBuffer.allocate(Math.max(needed, 2 * bytes.capacity()));
      larger.put(bytes.flip());
      bytes = larger;
    }
    return bytes;
  }

  /** Has the journal keep the block that stands in {@code bytes}; the chain goes on from it. */
  private void keep(Block.Kind kind, Grade grade) {
    byte[] sealed = Block.seal(bytes, kind, hash, sha256);
    try {
      long block = journal.submit(bytes.slice()).await(grade);
      hash = sealed;
      written.addAndGet(bytes.limit());
      head = Head.of(block, sealed);
    } catch (JournalException e) {
      throw new LedgerException(
          e.fault() instanceof JournalFault.Closed
              ? new LedgerFault.Closed(folder)
              : new LedgerFault.Files(e.fault()),
          e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the ledger's thread", e);
    }
  }
}
