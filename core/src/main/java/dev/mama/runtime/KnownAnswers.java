package dev.mama.runtime;

import dev.mama.StorageException;
import dev.mama.journal.Pending;
import dev.mama.runtime.Recovered.Answer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Answers of models to turns that have not committed: of this run, and of the one before.
 *
 * <p>Thread-safe.
 */
final class KnownAnswers {

  private final AgentStore store;
  private final Recorder recorder;
  private final Map<UUID, List<Answer>> byMessage = new ConcurrentHashMap<>();

  KnownAnswers(AgentStore store, Recorder recorder) {
    this.store = store;
    this.recorder = recorder;
  }

  /** Takes up what an earlier run has left. */
  void take(Map<UUID, List<Answer>> left) {
    left.forEach((message, answers) -> byMessage.put(message, List.copyOf(answers)));
  }

  /** Lets go of what was answered while {@code letter} was handled: it is done with. */
  void forget(Letter letter) {
    if (byMessage.isEmpty()) {
      return;
    }
    List<Answer> known = byMessage.remove(letter.message().id());
    if (known != null) {
      known.forEach(answer -> store.holds().free(answer.record()));
    }
  }

  /** What models have answered while {@code letter} was handled before. */
  Answers of(Letter letter) {
    List<Answer> known = byMessage.getOrDefault(letter.message().id(), List.of());
    return new Answers(known.stream().map(Answer::call).toList());
  }

  /** Keeps what a model has answered, for when the turn runs again. Waits until it is in line. */
  void keep(Letter letter, Answers.Call call) {
    UUID message = letter.message().id();
    long generation = store.holds().enter();
    try {
      Pending pending = store.submit(new Entry.Answered(message, call));
      store.holds().hold(pending.sequence());
      byMessage.merge(
          message,
          List.of(new Answer(pending.sequence(), call)),
          (before, more) -> Stream.concat(before.stream(), more.stream()).toList());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the answer is there; only its record is not
    } catch (StorageException e) {
      recorder.error("agent/" + letter.message().to(), e.toString(), letter.message().trace());
    } finally {
      store.holds().leave(generation);
    }
  }
}
