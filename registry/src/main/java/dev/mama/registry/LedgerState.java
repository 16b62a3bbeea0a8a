package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Dimension;
import dev.mama.Time;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a ledger on disk makes of its blocks: the accounts, and the last batch of each writer.
 *
 * <p>Thread-safe, changed by one thread.
 */
final class LedgerState {

  final Accounts accounts;
  final Map<String, BatchStamp> writers = new ConcurrentHashMap<>();

  private LedgerState(Accounts accounts) {
    this.accounts = accounts;
  }

  static LedgerState empty(LedgerOptions options, Time time) {
    return new LedgerState(
        Accounts.of(options.halfLife(), time.now(), Weights.of(options.weights())));
  }

  /** Takes in what stands in the body of an EVIDENCE block; returns how many entries. */
  int takeIn(ByteBuffer body, Histories histories) {
    var cursor =
        new EntryCursor(body) {
          @Override
          void vouched(AgentId rater, double at) {
            accounts.vouch(rater, at);
          }

          @Override
          void batch(BatchStamp stamp) {
            writers.put(stamp.writer(), stamp);
          }
        };
    return cursor.forEach((entry, bytes) -> {
      takeIn(entry);
      histories.add(entry.evidence().subject(), entry.number(), bytes);
    });
  }

  void takeIn(LedgerEntry entry) {
    accounts.account(entry.evidence().subject()).records(entry.number());
    accounts.record(entry.evidence(), entry.at(), entry.vote());
  }

  /** Writes the body of a BEGIN block. */
  void writeSettings(ByteBuffer to, LedgerOptions options) {
    Instant origin = accounts.origin();
    to.putLong(origin.getEpochSecond()).putInt(origin.getNano());
    LedgerEntry.write(options.halfLife(), to);
    for (double weight : weights(options)) {
      to.putDouble(weight);
    }
  }

  /**
   * Begins a state with the body of a BEGIN block.
   *
   * @throws LedgerException if it was written with other settings than {@code options}
   */
  static LedgerState readSettings(ByteBuffer from, LedgerOptions options, Path folder) {
    Instant origin = Instant.ofEpochSecond(from.getLong(), from.getInt());
    Duration halfLife = LedgerEntry.readDuration(from);
    var weights = new double[Account.DIMENSIONS];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = from.getDouble();
    }
    String kept = describe(halfLife, weights);
    String given = describe(options.halfLife(), weights(options));
    if (!kept.equals(given)) {
      throw new LedgerException(new LedgerFault.OtherSettings(folder, kept, given), null);
    }
    return new LedgerState(Accounts.of(halfLife, origin, Weights.of(options.weights())));
  }

  private static double[] weights(LedgerOptions options) {
    var weights = new double[Account.DIMENSIONS];
    options.weights().forEach((dimension, weight) -> weights[Account.place(dimension)] = weight);
    return weights;
  }

  private static String describe(Duration halfLife, double[] weights) {
    var byName = new EnumMap<Dimension, Double>(Dimension.class);
    for (Dimension dimension : Dimension.values()) {
      byName.put(dimension, weights[Account.place(dimension)]);
    }
    return "half-life %s and weights %s".formatted(halfLife, byName);
  }

  /** Writes one account; {@link #readAccounts} reads it. */
  static void write(AgentId agent, Account account, ByteBuffer to) {
    LedgerEntry.write(agent, to);
    account.write(to);
  }

  void readAccounts(ByteBuffer from) {
    while (from.hasRemaining()) {
      AgentId agent = LedgerEntry.readAgent(from);
      accounts.put(agent, Account.read(from));
    }
  }

  void readWriters(ByteBuffer from) {
    while (from.hasRemaining()) {
      var stamp = BatchStamp.read(from);
      writers.put(stamp.writer(), stamp);
    }
  }
}
