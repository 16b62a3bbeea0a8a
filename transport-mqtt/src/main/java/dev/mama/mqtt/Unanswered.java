package dev.mama.mqtt;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

/**
 * The messages that the broker has not answered yet. A sender waits for one without a timer of its
 * own, which would cost more than the rest of the wait: a thread looks at all of them now and then,
 * and ends the waits that have lasted too long.
 *
 * <p>Thread-safe.
 */
final class Unanswered {

  private static final long LONGEST_LOOK_MILLIS = 250;

  /** A message that the client holds; it completes with the broker's word, or when time is up. */
  static final class Sent extends CompletableFuture<Mqtt5PublishResult> {
    private final CompletableFuture<Mqtt5PublishResult> answer;
    private final long sinceNanos = System.nanoTime();

    private Sent(CompletableFuture<Mqtt5PublishResult> answer) {
      this.answer = answer;
    }
  }

  private final Set<Sent> all = ConcurrentHashMap.newKeySet();
  private final long limitNanos;
  private final Thread looking;

  /**
   * @param limit how long an answer may take; a sender may wait a twentieth of it longer
   */
  Unanswered(Duration limit, String name) {
    limitNanos = limit.toNanos();
    long pause = Math.clamp(limit.toMillis() / 20, 1, LONGEST_LOOK_MILLIS);
    looking = Thread.ofVirtual().name("mama-mqtt-unanswered-" + name).unstarted(() -> look(pause));
  }

  void start() {
    looking.start();
  }

  /**
   * Notes a message that was handed to the client.
   *
   * @param afterwards run once the broker has answered, or never will
   */
  Sent add(CompletableFuture<Mqtt5PublishResult> answer, Runnable afterwards) {
    var sent = new Sent(answer);
    all.add(sent);
    var unused =
        answer.whenComplete((result, failure) -> {
          all.remove(sent);
          afterwards.run();
          if (failure == null) {
            sent.complete(result);
          } else {
            sent.completeExceptionally(failure);
          }
        });
    return sent;
  }

  int size() {
    return all.size();
  }

  private void look(long pauseMillis) {
    try {
      while (true) {
        Thread.sleep(pauseMillis);
        long now = System.nanoTime();
        for (Sent sent : all) {
          if (now - sent.sinceNanos >= limitNanos) {
            sent.completeExceptionally(new TimeoutException()); // the client still holds it
          }
        }
      }
    } catch (InterruptedException e) {
      // closed, which nobody else tells this thread
    }
  }

  /** Takes all of them from the client, which would hold them until the session expires. */
  void close() {
    looking.interrupt();
    all.forEach(sent -> sent.answer.cancel(false));
  }
}
