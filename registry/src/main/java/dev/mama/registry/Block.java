package dev.mama.registry;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * A block of a ledger on disk: what one record of the journal holds, and one link of the chain. It
 * is version, kind, the hash of the block before, a body, and the SHA-256 hash of all that; the
 * bytes stand in {@code docs/ledger-format.md}.
 *
 * <p>Confined to one thread.
 */
final class Block {

  /** What a body holds. */
  enum Kind {
    /** Entries to be taken in, with the batches they came in and raters vouched for. */
    EVIDENCE(1),
    /** Entries that were taken in before, carried over for explanations. */
    CARRIED(2),
    /** Settings: a snapshot begins. */
    BEGIN(3),
    /** Accounts of a snapshot. */
    ACCOUNTS(4),
    /** The snapshot is whole, with so many accounts. */
    END(5),
    /** The last batches of writers, of a snapshot. */
    WRITERS(6);

    final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }
  }

  // What stands in the body of an EVIDENCE block besides entries.
  static final byte VOUCHED = 4;
  static final byte BATCH = 5;

  static final byte VERSION = 1;
  static final int HEADER = 2 + Head.HASH_BYTES;

  private static final Kind[] KINDS = Kind.values();

  private final Kind kind;
  private final byte[] previous;
  private final ByteBuffer body;
  private final byte[] hash;

  private Block(Kind kind, byte[] previous, ByteBuffer body, byte[] hash) {
    this.kind = kind;
    this.previous = previous;
    this.body = body;
    this.hash = hash;
  }

  Kind kind() {
    return kind;
  }

  byte[] previous() {
    return previous;
  }

  ByteBuffer body() {
    return body;
  }

  byte[] hash() {
    return hash;
  }

  /** Its bytes on disk. */
  int bytes() {
    return HEADER + body.capacity() + Head.HASH_BYTES;
  }

  /** Bytes of a block of so many entries, at most. */
  static int bytes(int entries) {
    return HEADER + Head.HASH_BYTES + entries * (LedgerEntry.BYTES + BatchStamp.BYTES + 1) + 1024;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /**
   * Makes a block of what stands in {@code bytes} from {@link #HEADER} to its position, and leaves
   * it from 0 to its limit; returns the block's hash.
   */
  static byte[] seal(ByteBuffer bytes, Kind kind, byte[] previous, MessageDigest sha256) {
    int end = bytes.position();
    bytes.put(0, VERSION).put(1, kind.code).put(2, previous);
    sha256.update(bytes.slice(0, end));
    byte[] hash = sha256.digest();
    bytes.put(hash).flip();
    return hash;
  }

  /**
   * Reads a block.
   *
   * @throws IllegalArgumentException saying what was expected, if it is none or its hash is not its
   *     own
   */
  static Block read(ByteBuffer payload, MessageDigest sha256) {
    int size = payload.remaining();
    if (size < HEADER + Head.HASH_BYTES) {
      throw new IllegalArgumentException("at least %d bytes".formatted(HEADER + Head.HASH_BYTES));
    }
    ByteBuffer whole = payload.slice();
    if (whole.get(0) != VERSION) {
      throw new IllegalArgumentException("version %d, not %d".formatted(VERSION, whole.get(0)));
    }
    sha256.update(whole.slice(0, size - Head.HASH_BYTES));
    var hash = new byte[Head.HASH_BYTES];
    whole.get(size - Head.HASH_BYTES, hash);
    if (!Arrays.equals(sha256.digest(), hash)) {
      throw new IllegalArgumentException("bytes that fit the block's hash");
    }
    int code = whole.get(1);
    if (code < 1 || code > KINDS.length) {
      throw new IllegalArgumentException("a kind of 1 to %d".formatted(KINDS.length));
    }
    var previous = new byte[Head.HASH_BYTES];
    whole.get(2, previous);
    ByteBuffer body = whole.slice(HEADER, size - HEADER - Head.HASH_BYTES);
    return new Block(KINDS[code - 1], previous, body, hash);
  }
}
