package dev.mama.runtime;

import dev.mama.MamaException;
import dev.mama.Message;
import dev.mama.PayloadException;
import dev.mama.StorageException;
import dev.mama.TransportException;
import dev.mama.UnknownAgentException;
import dev.mama.journal.Pending;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Lets out what a durable turn has brought about, once the turn is written. */
final class Release {

  private final Durables durables;
  private final AgentStore store;
  private final Turns turns;
  private final Router router;
  private final Recorder recorder;
  private final GroupOptions options;

  /** Whether the transport has refused since it last took a message over. */
  private final AtomicBoolean away = new AtomicBoolean();

  Release(Durables durables, Turns turns) {
    this.durables = durables;
    this.store = durables.store();
    this.turns = turns;
    this.router = turns.router();
    this.recorder = turns.recorder();
    this.options = turns.options();
  }

  /** Lets out all; false if it is to be tried again later, for the transport takes nothing now. */
  boolean of(DurableCell cell, Commit commit, Worker by) {
    if (!commit.settled) {
      settle(cell, commit);
    }
    if (!moveTopics(cell, commit, by)) {
      return false;
    }
    Letter letter = commit.letter;
    while (commit.done < commit.kept.size()) {
      if (!keep(cell, commit, commit.kept.get(commit.done), by)) {
        return false;
      }
      commit.done++;
    }
    for (Effect effect : commit.passing) {
      pass(cell, effect, letter, by);
    }
    if (commit.isToBeReleased()) {
      released(commit);
    }
    if (letter != null) {
      var unused = durables.done(letter, by);
    }
    return true;
  }

  /** Ends and begins memberships of topics; false if that is to be tried again. */
  private boolean moveTopics(DurableCell cell, Commit commit, Worker by) {
    try {
      while (!commit.joining.isEmpty()) {
        turns.topics().join(commit.joining.getLast(), cell, by);
        commit.joining.removeLast();
      }
      while (!commit.leaving.isEmpty()) {
        turns.topics().leave(commit.leaving.getLast(), cell, by);
        commit.leaving.removeLast();
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (MamaException e) {
      recorder.error(
          "agent/" + cell.id, "its topics are joined and left later: " + e.getMessage(), null);
      return false;
    }
  }

  private void settle(DurableCell cell, Commit commit) {
    Holds holds = store.holds();
    for (Effect.Kept effect : commit.kept) {
      if (!Commit.leaves(effect)) {
        holds.hold(commit.record);
      }
    }
    if (commit.isToBeReleased()) {
      holds.hold(commit.record);
    }
    holds.seen(commit.record);
    cell.committed(commit);
    for (Entry.Position position : commit.saved.positions()) {
      cell.positions().moved(position);
    }
    store.giveUp(commit);
    commit.settled = true;
  }

  private void released(Commit commit) {
    if (commit.letter == null) {
      commit.earlier.forEach(record -> released(commit, record));
    } else {
      released(commit, commit.record);
    }
  }

  private void released(Commit commit, long record) {
    try {
      Pending unused = store.submit(new Entry.Released(record));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it leaves once more when the group is resumed
    } catch (StorageException e) {
      recorder.error("agent/" + commit.cell.id, e.toString(), null);
    }
    store.holds().free(record);
  }

  /** Does what stands in the turn's record; false if it is to be tried again. */
  private boolean keep(DurableCell cell, Commit commit, Effect.Kept effect, Worker by) {
    var place = new Letter.Place(commit.record, commit.done);
    switch (effect) {
      case Effect.Deliver deliver -> {
        if (commit.letter == null) {
          break; // of an earlier run; it waits with its receiver
        }
        Message message = deliver.message();
        if (router.cell(message.to()) instanceof DurableCell to) {
          router.deliverSurely(to, Letter.kept(message, place, options.time()), by);
        } else {
          store.holds().free(commit.record);
          router.deadLetters().record(message, "its receiver is gone");
        }
      }
      case Effect.Later later -> {
        if (commit.letter != null) {
          durables.timers().start(cell, later, place, commit.handles.get(later));
        }
      }
      case Effect.Row row -> recorder.keepSurely(row.event());
      case Effect.Wire wire -> {
        return sendOut(cell, commit, wire, by);
      }
    }
    return true;
  }

  private boolean sendOut(DurableCell cell, Commit commit, Effect.Wire wire, Worker by) {
    Message message = wire.envelope().message();
    try {
      Worker.waits(by);
      router.awaitRoom(message.to());
      router.sendOut(wire.envelope());
      away.set(false);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (UnknownAgentException | PayloadException e) {
      router.deadLetters().record(message, e.toString());
      return true;
    } catch (MamaException e) {
      report(cell, commit, message, e);
      return false;
    } finally {
      Worker.goesOn(by);
    }
  }

  /** Once for each turn that waits, and of a transport that is away once for all of them. */
  private void report(DurableCell cell, Commit commit, Message message, MamaException cause) {
    boolean told = commit.told;
    commit.told = true;
    if (cause instanceof TransportException) {
      told |= away.getAndSet(true);
    }
    if (!told) {
      recorder.error(
          "agent/" + cell.id,
          "message %s to '%s' is sent again: %s"
              .formatted(message.id(), message.to(), cause.getMessage()),
          message.trace());
    }
  }

  /** Does what is of no use after a kill. */
  void pass(DurableCell cell, Effect effect, @Nullable Letter letter, Worker by) {
    try {
      switch (effect) {
        case Effect.Tell tell -> {
          Cell to = router.cell(tell.message().to());
          if (to == null || to.isStopped()) {
            router.deadLetters().record(tell.message(), "its receiver is gone");
          } else {
            router.deliverSurely(to, Letter.sent(tell.message(), options.time()), by);
          }
        }
        case Effect.Publish publish -> {
          int unused =
              turns.topics().publish(cell, publish.topic(), publish.payload(), publish.trace(), by);
        }
        case Effect.Answer answer ->
            cell.outbox().answer(answer.asked(), answer.kind(), answer.payload(), by);
        case Effect.Kept kept -> throw new IllegalStateException("it stands in the record");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      recorder.error(
          "agent/" + cell.id, e.toString(), letter == null ? null : letter.message().trace());
    }
  }
}
