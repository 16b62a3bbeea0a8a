package dev.mama.negotiation;

import dev.mama.AgentId;
import dev.mama.MamaException;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.negotiation.DeskMessage.Withdraw;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A negotiation that was opened: watch it, wait for it, take it back.
 *
 * <p>Thread-safe.
 */
public final class Negotiation {

  /** So many events are kept for who comes later; there are a few for each participant. */
  private static final int MOST_EVENTS = 100_000;

  private final String id;
  private final AgentId desk;
  private final Sender client;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<NegotiationEvent> events = new ArrayList<>(); // by the lock
  private @Nullable Outcome outcome; // by the lock
  private @Nullable MamaException broken; // by the lock

  Negotiation(String id, AgentId desk, Sender client) {
    this.id = id;
    this.desk = desk;
    this.client = client;
  }

  /** Its id, globally unique; FIPA's {@code conversation-id}. */
  public String id() {
    return id;
  }

  /**
   * What happens, from the beginning (of a resumed negotiation, from then on) to the end, in the
   * order it happened. The stream waits for the next event; it ends with the negotiation, or when
   * the thread that reads it is interrupted, which stays so. Each call reads all of them.
   */
  public Stream<NegotiationEvent> events() {
    var source =
        new AbstractSpliterator<NegotiationEvent>(
            Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL) {
          private int next;

          @Override
          public boolean tryAdvance(Consumer<? super NegotiationEvent> action) {
            NegotiationEvent event = awaitEvent(next);
            if (event == null) {
              return false;
            }
            next++;
            action.accept(event);
            return true;
          }
        };
    return StreamSupport.stream(source, false);
  }

  private @Nullable NegotiationEvent awaitEvent(int index) {
    lock.lock();
    try {
      while (index >= events.size()) {
        if (outcome != null || broken != null) {
          return null;
        }
        changed.await();
      }
      return events.get(index);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the end. It comes: the rules bound the negotiation as a whole.
   *
   * @throws dev.mama.GroupClosedException if the negotiator was closed before; a durable
   *     negotiation goes on when it is resumed
   * @throws InterruptedException if interrupted while waiting; the negotiation goes on
   */
  public Outcome await() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (outcome == null) {
        if (broken != null) {
          throw broken;
        }
        changed.await();
      }
      return outcome;
    } finally {
      lock.unlock();
    }
  }

  /** How it ended, empty as long as it goes on. */
  public Optional<Outcome> outcome() {
    lock.lock();
    try {
      return Optional.ofNullable(outcome);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes it back: whoever offered is released. It ends once the desk has read this, after the
   * answer of a model that it may be waiting for. Nothing happens where it has ended.
   *
   * @throws InterruptedException if interrupted while waiting for the desk's mailbox
   */
  public void cancel(String reason) throws InterruptedException {
    client.send(desk, Payload.of(new Withdraw(id, reason)));
  }

  AgentId desk() {
    return desk;
  }

  void add(NegotiationEvent event) {
    lock.lock();
    try {
      if (events.size() < MOST_EVENTS) {
        events.add(event);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void conclude(Outcome how) {
    lock.lock();
    try {
      if (outcome == null) {
        outcome = how;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void breakOff(MamaException why) {
    lock.lock();
    try {
      broken = why;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "negotiation " + id;
  }
}
