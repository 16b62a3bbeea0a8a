package dev.mama.bench.soak;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingStream;
import org.jspecify.annotations.Nullable;

/**
 * Counts how often virtual threads wait for a millisecond or longer while they hold on to their
 * carriers, from the flight recorder's event {@code jdk.VirtualThreadPinned}.
 *
 * <p>Thread-safe.
 */
final class PinnedThreads implements AutoCloseable {

  private static final String EVENT = "jdk.VirtualThreadPinned";
  private static final Duration LEAST = Duration.ofMillis(1);
  private static final int MOST_PLACES = 100;

  private final RecordingStream stream = new RecordingStream();
  private final LongAdder count = new LongAdder();
  private final AtomicLong nanos = new AtomicLong();
  private final Map<String, LongAdder> places = new ConcurrentHashMap<>();

  private PinnedThreads() {}

  /** Counts from now on. */
  static PinnedThreads watch() {
    var watch = new PinnedThreads();
    watch.stream.enable(EVENT).withThreshold(LEAST).withStackTrace();
    watch.stream.setMaxAge(Duration.ofSeconds(10));
    watch.stream.onEvent(EVENT, watch::note);
    watch.stream.startAsync();
    return watch;
  }

  private void note(RecordedEvent event) {
    count.increment();
    nanos.addAndGet(event.getDuration().toNanos());
    String place = place(event.getStackTrace());
    if (places.size() < MOST_PLACES || places.containsKey(place)) {
      places.computeIfAbsent(place, p -> new LongAdder()).increment();
    }
  }

  /** The first frame that is not the JDK's own. */
  private static String place(@Nullable RecordedStackTrace trace) {
    if (trace == null) {
      return "unknown";
    }
    for (RecordedFrame frame : trace.getFrames()) {
      String type = frame.getMethod().getType().getName();
      if (!type.startsWith("java.") && !type.startsWith("jdk.") && !type.startsWith("sun.")) {
        return type + "." + frame.getMethod().getName();
      }
    }
    return "the JDK";
  }

  /** How often, so far; what happened in the last second may be missing. */
  long count() {
    return count.sum();
  }

  /** For how long, in all. */
  double millis() {
    return nanos.get() / 1e6;
  }

  /** Where most of them waited: at most five lines. */
  List<String> places() {
    return places.entrySet().stream()
        .sorted(
            Comparator.comparingLong((Map.Entry<String, LongAdder> e) -> -e.getValue().sum())
                .thenComparing(Map.Entry::getKey))
        .limit(5)
        .map(e -> "%s: %,d".formatted(e.getKey(), e.getValue().sum()))
        .toList();
  }

  @Override
  public void close() {
    stream.close();
  }
}
