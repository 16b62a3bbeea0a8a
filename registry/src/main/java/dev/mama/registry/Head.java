package dev.mama.registry;

import java.util.HexFormat;

/**
 * The end of a ledger's chain at some moment: whoever keeps it elsewhere can tell later that
 * nothing before it was altered, not even by somebody who wrote the whole chain anew.
 *
 * <p>Immutable.
 *
 * @param block the last block's place in the journal; 0 before the first
 * @param hash SHA-256 of that block, 64 lower-case hexadecimal digits; all 0 before the first
 */
public record Head(long block, String hash) {

  static final int HASH_BYTES = 32;

  /** Of a ledger without blocks. */
  static final Head NONE = of(0, new byte[HASH_BYTES]);

  static Head of(long block, byte[] hash) {
    return new Head(block, HexFormat.of().formatHex(hash));
  }

  byte[] bytes() {
    return HexFormat.of().parseHex(hash);
  }

  /** Block and hash, to be kept elsewhere. */
  @Override
  public String toString() {
    return block + ":" + hash;
  }
}
