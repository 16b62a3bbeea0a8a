package dev.mama.registry;

/**
 * What reading a ledger from its first block to its last has shown.
 *
 * <p>Immutable.
 */
public sealed interface Verification {

  /**
   * Every byte is what was written.
   *
   * @param firstBlock where the chain begins; more than 1 once what came before was compacted
   * @param blocks how many blocks were read
   * @param entries how many pieces of evidence they hold, those carried over by compaction included
   * @param head the end of the chain
   */
  record Whole(long firstBlock, long blocks, long entries, Head head) implements Verification {}

  /**
   * Every byte that is there is what was written. Whether {@code known} was part of it cannot be
   * told any more, because its block has been compacted away: keep a newer head.
   *
   * @param rest what is there
   * @param known the head it was to be compared with
   */
  record Unproven(Whole rest, Head known) implements Verification {}

  /**
   * Something is not what was written.
   *
   * @param fault the first such thing: a file and the byte at which its broken record begins, or a
   *     block
   */
  record Broken(LedgerFault fault) implements Verification {}
}
