package dev.mama.replay;

import dev.mama.Scheduled;
import dev.mama.Time;
import dev.mama.replay.Tape.Note;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The clock of a turn on a tape; what it shows is each run's own. */
final class TapedTime implements Time {

  private final Tape tape;
  private final @Nullable Time real;

  TapedTime(Tape tape, @Nullable Time real) {
    this.tape = tape;
    this.real = real;
  }

  private Time real() {
    if (real == null) {
      throw new IllegalStateException("no time passes in a run from notes");
    }
    return real;
  }

  @Override
  public Instant now() {
    return tape.now(
        "clock",
        "now",
        () -> real().now(),
        now -> new Note("", now.toString()),
        noted -> Instant.parse(noted.aside()));
  }

  @Override
  public long nanos() {
    return tape.now(
        "clock",
        "nanos",
        () -> real().nanos(),
        nanos -> new Note("", Long.toString(nanos)),
        noted -> Long.parseLong(noted.aside()));
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    Tape.Call<@Nullable Void> call =
        () -> {
          real().sleep(duration);
          return null;
        };
    Function<@Nullable Void, Note> write = nothing -> Note.NOTHING;
    Function<Happening, @Nullable Void> read = noted -> null;
    tape.call("slept", duration.toString(), call, write, read);
  }

  /** Not noted: what it does is no part of the turn. In a run from notes it never comes. */
  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    return real == null ? () -> {} : real.schedule(delay, task);
  }
}
