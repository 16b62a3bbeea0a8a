package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Dimension;
import dev.mama.Evidence;
import dev.mama.Rating;
import dev.mama.Trace;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

/**
 * A piece of evidence as the ledger keeps it, with what must come out the same when it is read
 * again; its bytes stand in {@code docs/ledger-format.md}.
 *
 * <p>Immutable.
 *
 * @param evidence what is known
 * @param at when it counts as having happened, in seconds from the ledger's origin
 * @param vote what its rater's word counted when it came, in [0, 1]; 1 unless it is an opinion
 * @param number its place among the records about its subject, from 1 on
 */
record LedgerEntry(Evidence evidence, double at, double vote, int number) {

  static final byte WITNESSED = 1;
  static final byte CHECKED = 2;
  static final byte OPINION = 3;

  /** Bytes of {@link #write}, at most. */
  static final int BYTES =
      1 + 4 + 8 + 8 + 129 + 129 + 12 + 24 + 2 * (8 + 1 + 12 + 4 * Double.BYTES);

  private static final Dimension[] BESIDES_COMPETENCE = {
    Dimension.RELIABILITY, Dimension.FAIRNESS, Dimension.SECURITY, Dimension.TRANSPARENCY
  };
  private static final int ANSWERED = 1;

  void write(ByteBuffer to) {
    to.put(kind(evidence)).putInt(number).putDouble(at).putDouble(vote);
    write(evidence.subject(), to);
    Instant happened = evidence.at();
    to.putLong(happened.getEpochSecond()).putInt(happened.getNano());
    Trace trace = evidence.trace();
    to.putLong(trace.high()).putLong(trace.low()).putLong(trace.span());
    switch (evidence) {
      case Evidence.Witnessed seen -> {
        to.put((byte) (seen.answered() ? ANSWERED : 0));
        write(seen.took(), to);
      }
      case Evidence.Checked checked -> {
        write(checked.rater(), to);
        write(checked.rating(), to);
        write(checked.found(), to);
      }
      case Evidence.Opinion opinion -> {
        write(opinion.rater(), to);
        write(opinion.rating(), to);
      }
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException if it is no entry
   */
  static LedgerEntry read(ByteBuffer from) {
    byte kind = from.get();
    int number = from.getInt();
    double at = from.getDouble();
    double vote = from.getDouble();
    AgentId subject = readAgent(from);
    Instant happened = Instant.ofEpochSecond(from.getLong(), from.getInt());
    var trace = new Trace(from.getLong(), from.getLong(), from.getLong());
    Evidence evidence =
        switch (kind) {
          case WITNESSED -> {
            boolean answered = from.get() == ANSWERED;
            yield new Evidence.Witnessed(subject, answered, readDuration(from), happened, trace);
          }
          case CHECKED -> {
            AgentId rater = readAgent(from);
            yield new Evidence.Checked(
                rater, subject, readRating(from), readRating(from), happened, trace);
          }
          case OPINION -> {
            AgentId rater = readAgent(from);
            yield new Evidence.Opinion(rater, subject, readRating(from), happened, trace);
          }
          default -> throw new IllegalArgumentException("entry of kind " + kind);
        };
    return new LedgerEntry(evidence, at, vote, number);
  }

  private static byte kind(Evidence evidence) {
    return switch (evidence) {
      case Evidence.Witnessed e -> WITNESSED;
      case Evidence.Checked e -> CHECKED;
      case Evidence.Opinion e -> OPINION;
    };
  }

  static void write(AgentId agent, ByteBuffer to) {
    String value = agent.value();
    to.put((byte) value.length());
    for (int i = 0; i < value.length(); i++) {
      to.put((byte) value.charAt(i)); // ASCII, at most 128 of it
    }
  }

  static AgentId readAgent(ByteBuffer from) {
    var ascii = new byte[Byte.toUnsignedInt(from.get())];
    from.get(ascii);
    return new AgentId(new String(ascii, StandardCharsets.US_ASCII));
  }

  static void write(Duration duration, ByteBuffer to) {
    to.putLong(duration.getSeconds()).putInt(duration.getNano());
  }

  static Duration readDuration(ByteBuffer from) {
    return Duration.ofSeconds(from.getLong(), from.getInt());
  }

  private static void write(Rating rating, ByteBuffer to) {
    to.putDouble(rating.quality());
    Map<Dimension, Double> others = rating.others();
    int flags = rating.answered() ? ANSWERED : 0;
    for (int i = 0; i < BESIDES_COMPETENCE.length; i++) {
      flags |= others.containsKey(BESIDES_COMPETENCE[i]) ? 2 << i : 0;
    }
    to.put((byte) flags);
    write(rating.took(), to);
    if (!others.isEmpty()) {
      for (Dimension dimension : BESIDES_COMPETENCE) {
        Double value = others.get(dimension);
        if (value != null) {
          to.putDouble(value);
        }
      }
    }
  }

  private static Rating readRating(ByteBuffer from) {
    double quality = from.getDouble();
    int flags = from.get();
    Duration took = readDuration(from);
    boolean answered = (flags & ANSWERED) != 0;
    if (flags <= ANSWERED) {
      return new Rating(quality, answered, took);
    }
    var others = new EnumMap<Dimension, Double>(Dimension.class);
    for (int i = 0; i < BESIDES_COMPETENCE.length; i++) {
      if ((flags & 2 << i) != 0) {
        others.put(BESIDES_COMPETENCE[i], from.getDouble());
      }
    }
    return new Rating(quality, answered, took, others);
  }
}
