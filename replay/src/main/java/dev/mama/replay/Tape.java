package dev.mama.replay;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What happens in one turn, in order: noted as it happens, or taken from what was noted.
 *
 * <p>Confined to the turn.
 */
abstract class Tape {

  /** What an agent gets, or a failure. */
  interface Call<T extends @Nullable Object> {
    T make() throws InterruptedException;
  }

  /** How a result is noted. */
  record Note(String result, String aside) {
    static final Note NOTHING = new Note("", "");
  }

  /**
   * The agent does something.
   *
   * @param real makes it happen, where it is not taken from what was noted
   * @param write notes what came of it
   * @param read makes that of a note again
   */
  abstract <T extends @Nullable Object> T call(
      String kind,
      String argument,
      Call<T> real,
      Function<T, Note> write,
      Function<Happening, T> read)
      throws InterruptedException;

  /** The same for what cannot wait. */
  final <T extends @Nullable Object> T now(
      String kind,
      String argument,
      Call<T> real,
      Function<T, Note> write,
      Function<Happening, T> read) {
    try {
      return call(kind, argument, real, write, read);
    } catch (InterruptedException e) {
      throw new IllegalStateException("'%s' never waits".formatted(kind), e);
    }
  }

  /** Notes what happens. */
  static final class Recording extends Tape {
    private final List<Happening> happenings;

    Recording(List<Happening> arrived) {
      happenings = new ArrayList<>(arrived);
    }

    List<Happening> happenings() {
      return happenings;
    }

    @Override
    <T extends @Nullable Object> T call(
        String kind,
        String argument,
        Call<T> real,
        Function<T, Note> write,
        Function<Happening, T> read)
        throws InterruptedException {
      try {
        T result = real.make();
        Note note = write.apply(result);
        happenings.add(new Happening(kind, argument, note.result(), note.aside()));
        return result;
      } catch (RuntimeException | InterruptedException e) {
        happenings.add(new Happening(kind, argument, Failures.write(e), Failures.aside(e)));
        throw e;
      }
    }

    void failed(Throwable cause) {
      happenings.add(Failures.end(cause));
    }
  }

  /** Gives what was noted, as long as the agent does what it did then. */
  static final class Playing extends Tape {
    private final Iterator<Happening> noted;
    private @Nullable Happening expected;
    private @Nullable Happening happened;
    private boolean interrupted;

    Playing(Iterator<Happening> noted) {
      this.noted = noted;
    }

    @Override
    <T extends @Nullable Object> T call(
        String kind,
        String argument,
        Call<T> real,
        Function<T, Note> write,
        Function<Happening, T> read)
        throws InterruptedException {
      Happening next = noted.hasNext() ? noted.next() : null;
      if (next == null || !next.kind().equals(kind) || !next.argument().equals(argument)) {
        part(next, new Happening(kind, argument, "", ""));
        throw new IllegalStateException("the run has parted from what was recorded");
      }
      Exception failure = Failures.read(next);
      if (failure instanceof InterruptedException e) {
        interrupted = true;
        throw e;
      }
      if (failure instanceof RuntimeException e) {
        throw e;
      }
      return read.apply(next);
    }

    private void part(@Nullable Happening then, @Nullable Happening now) {
      if (!isParted()) {
        expected = then;
        happened = now;
      }
    }

    /** The turn is over. */
    void end(@Nullable Throwable failure) {
      Happening next = noted.hasNext() ? noted.next() : null;
      Happening now = failure == null ? null : Failures.end(failure);
      if (next == null ? now != null : now == null || !Failures.isSameEnd(next, now)) {
        part(next, now);
      }
    }

    /** Whether the agent was interrupted then. */
    boolean isInterrupted() {
      return interrupted;
    }

    boolean isParted() {
      return expected != null || happened != null;
    }

    @Nullable Happening expected() {
      return expected;
    }

    @Nullable Happening happened() {
      return happened;
    }
  }
}
