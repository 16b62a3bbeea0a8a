package dev.mama.registry;

import dev.mama.AgentId;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * Which batch of which writer some evidence came in. A writer numbers its batches, and each names
 * the hash of the one before: so a batch that comes again, is left out or is another one shows.
 *
 * <p>Immutable.
 *
 * @param writer whose batch it is, the name of a group; a name of the form of an agent id
 * @param start which start of that writer; a later one has a greater number
 * @param sequence the batch's place among those of that start, from 1 on
 * @param hash SHA-256 of what was written, 64 hexadecimal digits
 * @param signature its Ed25519 signature, 128 hexadecimal digits, or empty if it had none
 */
record BatchStamp(String writer, long start, long sequence, String hash, String signature) {

  /** Bytes of {@link #write}, at most. */
  static final int BYTES = 1 + 129 + 8 + 8 + Head.HASH_BYTES + 1 + 64;

  void write(ByteBuffer to) {
    LedgerEntry.write(AgentId.of(writer), to);
    to.putLong(start).putLong(sequence).put(HexFormat.of().parseHex(hash));
    byte[] signed = HexFormat.of().parseHex(signature);
    to.put((byte) signed.length).put(signed);
  }

  static BatchStamp read(ByteBuffer from) {
    String writer = LedgerEntry.readAgent(from).value();
    long start = from.getLong();
    long sequence = from.getLong();
    var hash = new byte[Head.HASH_BYTES];
    from.get(hash);
    var signature = new byte[from.get()];
    from.get(signature);
    HexFormat hex = HexFormat.of();
    return new BatchStamp(writer, start, sequence, hex.formatHex(hash), hex.formatHex(signature));
  }
}
