package dev.mama.registry;

import dev.mama.AgentId;
import java.nio.ByteBuffer;
import java.util.function.BiConsumer;

/**
 * The entries in the body of an EVIDENCE or CARRIED block; what else stands there is passed over,
 * unless a subclass minds.
 *
 * <p>Confined to one thread.
 */
class EntryCursor {

  private final ByteBuffer body;

  EntryCursor(ByteBuffer body) {
    this.body = body;
  }

  void vouched(AgentId rater, double at) {}

  void batch(BatchStamp stamp) {}

  /** Shows each entry with its bytes, which are the visitor's to keep; returns how many. */
  int forEach(BiConsumer<LedgerEntry, byte[]> visitor) {
    int count = 0;
    while (body.hasRemaining()) {
      int at = body.position();
      switch (body.get(at)) {
        case Block.VOUCHED -> {
          body.get();
          vouched(LedgerEntry.readAgent(body), body.getDouble());
        }
        case Block.BATCH -> {
          body.get();
          batch(BatchStamp.read(body));
        }
        default -> {
          LedgerEntry entry = LedgerEntry.read(body);
          var bytes = new byte[body.position() - at];
          body.get(at, bytes);
          visitor.accept(entry, bytes);
          count++;
        }
      }
    }
    return count;
  }
}
