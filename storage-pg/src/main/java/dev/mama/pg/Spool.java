package dev.mama.pg;

import dev.mama.Event;
import dev.mama.Event.EvidenceGiven;
import dev.mama.Event.MessageSent;
import dev.mama.Event.SurveyAnswered;
import java.nio.file.Path;
import java.util.Set;

/**
 * Where rows wait on this machine's disk while the database is away, and which kinds are kept there
 * before {@code append} returns.
 *
 * <p>Immutable.
 *
 * @param folder of one log only, and the same one after a restart: what waits in it is written when
 *     a log is opened with it
 * @param limitBytes how many bytes may wait, at least 1 MiB; when so many do, {@code append} waits.
 *     The files may take up to 64 MiB for each table more, because they leave as wholes
 * @param kinds the kinds of grade SPOOLED: in the hands of the operating system before {@code
 *     append} returns, so that kill -9 of the process loses none. All others are of grade QUEUED:
 *     kill -9 loses what came within the last flush interval
 */
public record Spool(Path folder, long limitBytes, Set<Class<? extends Event>> kinds) {

  private static final long LEAST = 1 << 20;

  /**
   * @throws IllegalArgumentException if the limit is less than 1 MiB
   */
  public Spool {
    if (limitBytes < LEAST) {
      throw new IllegalArgumentException(
          "spool %s has a limit of %,d bytes; it must be at least %,d"
              .formatted(folder, limitBytes, LEAST));
    }
    kinds = Set.copyOf(kinds);
  }

  /** At most 4 GiB in {@code folder}; messages, evidence and survey answers are SPOOLED. */
  public static Spool in(Path folder) {
    return new Spool(
        folder, 4L << 30, Set.of(MessageSent.class, EvidenceGiven.class, SurveyAnswered.class));
  }

  /** With room for {@code bytes}. */
  public Spool withLimit(long bytes) {
    return new Spool(folder, bytes, kinds);
  }

  /** With {@code wanted} as the kinds of grade SPOOLED. */
  public Spool withKinds(Set<Class<? extends Event>> wanted) {
    return new Spool(folder, limitBytes, wanted);
  }
}
