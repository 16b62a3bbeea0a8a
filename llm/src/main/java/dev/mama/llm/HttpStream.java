package dev.mama.llm;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.scheduler.Scheduler;

/**
 * An answer that is read part by part. The event loop puts parts into a queue and stops reading
 * from the connection while {@value #WINDOW} of them have not been taken; the caller takes them and
 * never touches the connection.
 *
 * <p>To be read by one thread at a time; {@link #giveUp} may come from any.
 */
final class HttpStream extends BaseSubscriber<byte[]> {

  private static final int WINDOW = 32;
  private static final Duration LINGER = Duration.ofSeconds(1);

  private final Scheduler onLoop;
  private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
  private volatile boolean discarding;

  /** What came next. */
  sealed interface Signal {}

  /**
   * The answer begins.
   *
   * @param headers by lower-case name; only those of an answer that is not 200
   * @param sentNanos when the request left
   */
  record Head(int status, Map<String, String> headers, long sentNanos) implements Signal {}

  /** A part of the body, and when it came. */
  static final class Part implements Signal {
    final byte[] bytes;
    final long atNanos = System.nanoTime();

    Part(byte[] bytes) {
      this.bytes = bytes;
    }
  }

  /** The body is complete. */
  record End() implements Signal {}

  /** The exchange broke, or was given up. */
  record Broken(Throwable cause) implements Signal {}

  HttpStream(Scheduler onLoop) {
    this.onLoop = onLoop;
  }

  /** The head of the answer has come. */
  void begin(Head head) {
    signals.add(head);
  }

  /**
   * Waits for what comes next; after an end, that end again.
   *
   * @throws TimeoutException if nothing comes within {@code limit}
   */
  Signal take(Duration limit) throws InterruptedException, TimeoutException {
    Signal next = signals.poll(limit.toNanos(), NANOSECONDS);
    switch (next) {
      case null -> throw new TimeoutException();
      case Head head -> {}
      case Part part -> requestMore(1);
      case End end -> signals.add(end);
      case Broken broken -> signals.add(broken);
    }
    return next;
  }

  /**
   * Whatever may still come says nothing: lets the connection read it, so that it can be used
   * again, and closes it if that takes long.
   */
  void discardRest() {
    discarding = true;
    requestMore(Long.MAX_VALUE);
    if (!isDisposed()) {
      try {
        var unused = onLoop.schedule(this::giveUp, LINGER.toMillis(), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        // The pool was closed meanwhile, and the connection with it.
      }
    }
  }

  /** Closes the connection; without effect on an exchange that has ended. */
  void giveUp() {
    if (!isDisposed()) {
      signals.add(new Broken(new CancellationException("given up")));
      try {
        cancel();
      } catch (RejectedExecutionException e) {
        // The pool was closed meanwhile: the event loop is gone, and the connection with it.
      }
    }
  }

  @Override
  protected void hookOnSubscribe(Subscription subscription) {
    subscription.request(WINDOW);
  }

  @Override
  protected void hookOnNext(byte[] bytes) {
    if (!discarding) {
      signals.add(new Part(bytes));
    }
  }

  @Override
  protected void hookOnComplete() {
    signals.add(new End());
  }

  @Override
  protected void hookOnError(Throwable failure) {
    signals.add(new Broken(failure));
  }

  private void requestMore(long parts) {
    try {
      request(parts);
    } catch (RejectedExecutionException e) {
      // The pool was closed meanwhile; what ended the exchange is in the queue.
    }
  }
}
