package dev.mama.registry;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The last answer to each of the writers that came last, for one that did not hear it and tells the
 * batch again. There is room for so many refusals in all; a writer of whom nothing is kept hears
 * that its batch was taken, and no more.
 *
 * <p>Thread-safe.
 */
final class LastAnswers {

  private static final int MOST_REFUSALS = 50_000;

  /** An answer without refusals takes place, too. */
  private static final int FRAME = 1;

  private final Map<String, PmlAnswer> byWriter = new LinkedHashMap<>(); // the oldest first
  private int size;

  synchronized void keep(PmlAnswer answer) {
    PmlAnswer before = byWriter.remove(answer.writer());
    size -= before == null ? 0 : FRAME + before.refusals().size();
    byWriter.put(answer.writer(), answer);
    size += FRAME + answer.refusals().size();
    Iterator<PmlAnswer> oldest = byWriter.values().iterator();
    while (size > MOST_REFUSALS) {
      size -= FRAME + oldest.next().refusals().size();
      oldest.remove();
    }
  }

  /** What {@code batch}, which was taken before, is answered once more. */
  synchronized PmlAnswer again(PmlBatch batch, PmlAnswer.Refusal replayed) {
    PmlAnswer first = byWriter.get(batch.writer());
    var refusals = new ArrayList<>(List.of(replayed));
    int accepted = 0;
    if (first != null && first.start() == batch.start() && first.sequence() == batch.sequence()) {
      refusals.addAll(first.refusals());
      accepted = first.accepted();
    }
    return new PmlAnswer(batch.writer(), batch.start(), batch.sequence(), accepted, refusals);
  }
}
