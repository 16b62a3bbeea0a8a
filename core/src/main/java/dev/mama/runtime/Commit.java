package dev.mama.runtime;

import dev.mama.journal.JournalException;
import dev.mama.journal.Pending;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A durable turn that is over: what is to be written of it, and what leaves once it is.
 *
 * <p>Confined to whoever runs its agent, but for what the store's thread sets before it makes the
 * agent ready again.
 */
final class Commit {

  final DurableCell cell;
  final Entry.Saved saved;
  final List<Effect.Kept> kept;

  /** What leaves with it and does not stand in its record. */
  final List<Effect> passing;

  /** The message that was handled, or null for what an earlier run left unreleased. */
  final @Nullable Letter letter;

  /** What the agent holds of the messages to come later that it has scheduled. */
  final IdentityHashMap<Effect.Later, Timers.Handle> handles = new IdentityHashMap<>();

  /** Records of an earlier run whose rows and messages to elsewhere leave with this. */
  final List<Long> earlier = new ArrayList<>(0);

  /** Topics that its agent joins with it, until it has. */
  final List<String> joining = new ArrayList<>(0);

  /** Topics that its agent leaves with it, until it has. */
  final List<String> leaving = new ArrayList<>(0);

  /** The generation that is kept until this is settled. */
  long entered = -1;

  @Nullable Pending pending;
  @Nullable JournalException failure;

  /** Where it stands in the journal, once it does. */
  long record;

  /** How many of its effects are done. */
  int done;

  boolean settled;

  /** Whether it was told that it waits for the transport. */
  boolean told;

  Commit(
      DurableCell cell,
      Entry.Saved saved,
      List<Effect.Kept> kept,
      List<Effect> passing,
      @Nullable Letter letter) {
    this.cell = cell;
    this.saved = saved;
    this.kept = kept;
    this.passing = passing;
    this.letter = letter;
  }

  /** Where it will stand, for those who do not wait until it does. */
  void takePlace() {
    if (pending != null) {
      record = pending.sequence();
    }
  }

  Entry.Committed entry() {
    return new Entry.Committed(
        saved, letter instanceof Letter.Kept from ? from.place() : null, kept);
  }

  /** Whether something in its record is to leave, besides messages that stay in the journal. */
  boolean isToBeReleased() {
    return kept.stream().anyMatch(Commit::leaves);
  }

  static boolean leaves(Effect.Kept effect) {
    return effect instanceof Effect.Wire || effect instanceof Effect.Row;
  }
}
