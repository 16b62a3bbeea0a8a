package dev.mama.registry;

import dev.mama.journal.Journal;
import dev.mama.journal.JournalException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads a ledger's blocks from the first to the last: checks the chain, and makes accounts and
 * histories of them again.
 *
 * <p>Confined to one thread.
 */
final class LedgerReader {

  private final Journal journal;
  private final Path folder;
  private final MessageDigest sha256 = Block.sha256();

  private byte @Nullable [] hash;
  private long firstBlock;
  private Head head = Head.NONE;
  private long blocks;
  private long entries;

  LedgerReader(Journal journal, Path folder) {
    this.journal = journal;
    this.folder = folder;
  }

  /** What is to be done with each block. */
  private interface Visitor {
    void visit(Block block);
  }

  /**
   * What recovery has found.
   *
   * @param state null if the ledger is new
   * @param compactedBytes about how much the last compaction has written
   * @param bytesSince how much has been written since
   */
  record Recovered(
      @Nullable LedgerState state,
      Histories histories,
      Head head,
      long entries,
      long compactedBytes,
      long bytesSince) {}

  /**
   * Makes the state and the histories again; no state if the ledger is new.
   *
   * @throws LedgerException if a block was altered, or the settings are others
   */
  Recovered recover(LedgerOptions options) throws InterruptedException {
    var recovery = new Recovery(options);
    walk(recovery, null);
    if (recovery.state == null && recovery.seen) {
      throw altered(folder, firstBlock, "a whole snapshot behind it", null);
    }
    return new Recovered(
        recovery.state,
        recovery.histories,
        head,
        recovery.taken,
        recovery.compactedBytes,
        recovery.bytesSince);
  }

  private final class Recovery implements Visitor {
    private final LedgerOptions options;
    private final Histories histories = new Histories();
    private @Nullable LedgerState state;
    private @Nullable LedgerState begun;
    private long taken;
    private boolean seen;
    private long compactingBytes;
    private long compactedBytes;
    private long bytesSince;

    Recovery(LedgerOptions options) {
      this.options = options;
    }

    @Override
    public void visit(Block block) {
      ByteBuffer body = block.body();
      bytesSince += block.bytes();
      compactingBytes += block.kind() == Block.Kind.EVIDENCE ? 0 : block.bytes();
      switch (block.kind()) {
        case EVIDENCE -> {
          begun = null; // it never became whole
          seen = true;
          if (state == null) {
            readHistories(body); // a snapshot behind it has taken it in
          } else {
            taken += state.takeIn(body, histories);
          }
        }
        case CARRIED -> readHistories(body);
        case BEGIN -> begun = LedgerState.readSettings(body, options, folder);
        case ACCOUNTS -> {
          if (begun != null) {
            begun.readAccounts(body);
          }
        }
        case WRITERS -> {
          if (begun != null) {
            begun.readWriters(body);
          }
        }
        case END -> {
          if (begun != null) {
            end(begun, body);
            state = begun;
            begun = null;
            compactedBytes = compactingBytes;
            compactingBytes = 0;
            bytesSince = 0;
          }
        }
      }
    }

    private void end(LedgerState whole, ByteBuffer body) {
      long accounts = body.getLong();
      if (accounts != whole.accounts.size()) {
        throw new IllegalArgumentException(
            "%d accounts, not %d".formatted(accounts, whole.accounts.size()));
      }
      taken += accounts;
      whole.readWriters(body); // where they stood before they had blocks of their own
    }

    private void readHistories(ByteBuffer body) {
      new EntryCursor(body)
          .forEach(
              (entry, bytes) -> histories.add(entry.evidence().subject(), entry.number(), bytes));
    }
  }

  /**
   * Reads all there is, and compares it with {@code known}, a head kept elsewhere, if that is not
   * null.
   */
  Verification verify(@Nullable Head known) throws InterruptedException {
    try {
      walk(
          block -> {
            switch (block.kind()) {
              case EVIDENCE, CARRIED ->
                  entries += new EntryCursor(block.body()).forEach((entry, bytes) -> {});
              case BEGIN, ACCOUNTS, WRITERS, END -> {}
            }
          },
          known);
    } catch (LedgerException e) {
      return new Verification.Broken(e.fault());
    }
    if (known != null && known.block() > head.block()) {
      return new Verification.Broken(
          altered(folder, known.block(), "a block that was there", null).fault());
    }
    var whole = new Verification.Whole(firstBlock, blocks, entries, head);
    return known != null && known.block() < firstBlock - 1
        ? new Verification.Unproven(whole, known)
        : whole;
  }

  /** Shows {@code visitor} the bodies that hold entries, of all blocks there are. */
  static void blocks(Journal journal, Path folder, BodyVisitor visitor)
      throws InterruptedException {
    var unused =
        blocks(
            journal,
            folder,
            journal.firstSequence(),
            body -> {
              visitor.visit(body);
              return true;
            });
  }

  /**
   * Shows {@code visitor} the bodies that hold entries, of the blocks from {@code first} on, as
   * long as it wants more; returns the block after the last one read.
   */
  static long blocks(Journal journal, Path folder, long first, SomeBodiesVisitor visitor)
      throws InterruptedException {
    MessageDigest sha256 = Block.sha256();
    try {
      return journal.read(
          first,
          (sequence, payload) -> {
            try {
              Block block = Block.read(payload, sha256);
              return switch (block.kind()) {
                case EVIDENCE, CARRIED -> visitor.visit(block.body());
                case BEGIN, ACCOUNTS, WRITERS, END -> true;
              };
            } catch (IllegalArgumentException | BufferUnderflowException e) {
              throw altered(folder, sequence, String.valueOf(e.getMessage()), e);
            }
          });
    } catch (JournalException e) {
      throw new LedgerException(new LedgerFault.Files(e.fault()), e);
    }
  }

  /** What is shown the bodies of blocks, one by one, until it has enough. */
  interface SomeBodiesVisitor {
    boolean visit(ByteBuffer body) throws InterruptedException;
  }

  /** What is shown the bodies of blocks, one by one. */
  interface BodyVisitor {
    void visit(ByteBuffer body) throws InterruptedException;
  }

  private void walk(Visitor visitor, @Nullable Head known) throws InterruptedException {
    firstBlock = journal.firstSequence();
    try {
      var unused =
          journal.read(
              firstBlock,
              (sequence, payload) -> {
                visit(sequence, payload, visitor, known);
                return true;
              });
    } catch (JournalException e) {
      throw new LedgerException(new LedgerFault.Files(e.fault()), e);
    }
  }

  private void visit(long sequence, ByteBuffer payload, Visitor visitor, @Nullable Head known) {
    try {
      Block block = Block.read(payload, sha256);
      byte[] before = hash == null && sequence == 1 ? Head.NONE.bytes() : hash;
      if (before != null && !Arrays.equals(before, block.previous())) {
        throw new IllegalArgumentException("the hash of the block before");
      }
      if (sequence == firstBlock) {
        check(known, Head.of(sequence - 1, block.previous())); // of a block that is not kept
      }
      hash = block.hash();
      head = Head.of(sequence, hash);
      check(known, head);
      blocks++;
      visitor.visit(block);
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      throw altered(folder, sequence, String.valueOf(e.getMessage()), e);
    }
  }

  private static void check(@Nullable Head known, Head found) {
    if (known != null && known.block() == found.block() && !known.equals(found)) {
      throw new IllegalArgumentException("the known hash " + known.hash());
    }
  }

  private static LedgerException altered(
      Path folder, long block, String expected, @Nullable Throwable cause) {
    return new LedgerException(new LedgerFault.Altered(folder, block, expected), cause);
  }
}
