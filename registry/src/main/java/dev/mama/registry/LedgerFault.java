package dev.mama.registry;

import dev.mama.journal.JournalFault;
import java.nio.file.Path;

/**
 * What is wrong with a ledger on disk.
 *
 * <p>Immutable.
 */
public sealed interface LedgerFault {

  /** The fault in words, with the next step. */
  String message();

  /**
   * The files are damaged, missing or taken, or the disk is full or fails: {@code fault} says
   * which, where, and what to do.
   */
  record Files(JournalFault fault) implements LedgerFault {
    @Override
    public String message() {
      return fault.message();
    }
  }

  /** A block whose bytes are whole, and are not those that were written. */
  record Altered(Path folder, long block, String expected) implements LedgerFault {
    @Override
    public String message() {
      return "block %d of ledger %s was altered: expected %s; restore the folder from a copy"
          .formatted(block, folder, expected);
    }
  }

  /** The ledger was begun with other settings, by which its sums were made. */
  record OtherSettings(Path folder, String kept, String given) implements LedgerFault {
    @Override
    public String message() {
      return "ledger %s was begun with %s, not with %s; open it with those, or begin another"
          .formatted(folder, kept, given);
    }
  }

  /**
   * So many pieces of evidence wait to be told to the owner of a registry that no more are taken.
   */
  record Untold(int pieces) implements LedgerFault {
    @Override
    public String message() {
      return "%,d pieces of evidence wait to be told to the registry's owner; is there one that answers?"
          .formatted(pieces);
    }
  }

  /** The ledger in {@code folder} has been closed. */
  record Closed(Path folder) implements LedgerFault {
    @Override
    public String message() {
      return "ledger %s is closed; open it again".formatted(folder);
    }
  }
}
