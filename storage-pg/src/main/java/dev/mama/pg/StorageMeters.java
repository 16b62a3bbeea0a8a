package dev.mama.pg;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a log tells about itself, each with a tag {@code store}: rows written ({@code
 * mama.storage.rows}), size and time of flushes ({@code mama.storage.flush.rows}, {@code .time}),
 * rows that wait by table ({@code mama.storage.waiting}), bytes in the spool ({@code
 * mama.storage.spool.bytes}), the age of the oldest row that waits ({@code mama.storage.oldest}, in
 * seconds), how often and how long {@code append} waited for room ({@code
 * mama.storage.append.wait}), and rows lost ({@code mama.storage.lost}).
 *
 * <p>Thread-safe.
 */
final class StorageMeters {

  private static final Logger log = LoggerFactory.getLogger(StorageMeters.class);
  private static final long WARN_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final AtomicLong warnedAt = new AtomicLong(System.nanoTime() - 2 * WARN_AGAIN_NANOS);
  private final List<Gauge> gauges = new ArrayList<>();
  private final Map<String, Backlog> waiting = new ConcurrentHashMap<>();
  private final MeterRegistry registry;
  private final Tags store;
  private final Counter rows;
  private final Counter lost;
  private final DistributionSummary flushRows;
  private final Timer flushTime;
  private final Timer waited;

  /**
   * @param store the log's name
   */
  StorageMeters(MeterRegistry registry, String store) {
    this.registry = registry;
    this.store = Tags.of("store", store);
    rows = registry.counter("mama.storage.rows", this.store);
    lost = registry.counter("mama.storage.lost", this.store);
    flushRows = registry.summary("mama.storage.flush.rows", this.store);
    flushTime =
        Timer.builder("mama.storage.flush.time")
            .tags(this.store)
            .publishPercentiles(0.5, 0.99)
            .register(registry);
    waited = registry.timer("mama.storage.append.wait", this.store);
  }

  void flushed(int size, long nanos) {
    rows.increment(size);
    flushRows.record(size);
    flushTime.record(nanos, TimeUnit.NANOSECONDS);
  }

  void waited(long nanos) {
    waited.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** The spool's disk had no room for a row of {@code table}, which waits until there is some. */
  void refused(String table, String reason) {
    long now = System.nanoTime();
    long before = warnedAt.get();
    if (now - before > WARN_AGAIN_NANOS && warnedAt.compareAndSet(before, now)) {
      log.warn("those who record into table {} wait for room in the spool: {}", table, reason);
    }
  }

  void lost(long events) {
    lost.increment((double) events);
  }

  /** Watches what waits, by table. */
  void watch(Map<String, Backlog> backlogs) {
    waiting.putAll(backlogs);
    backlogs.forEach((table, backlog) ->
        gauges.add(
            Gauge.builder("mama.storage.waiting", backlog, Backlog::waiting)
                .tags(store)
                .tag("table", table)
                .register(registry)));
    gauges.add(
        Gauge.builder("mama.storage.oldest", this, StorageMeters::oldestSeconds)
            .tags(store)
            .register(registry));
  }

  /** Watches the spool. */
  void watch(SpoolFolder spool) {
    gauges.add(
        Gauge.builder("mama.storage.spool.bytes", spool, SpoolFolder::bytes)
            .tags(store)
            .register(registry));
  }

  /** Forgets what it watched; what was counted stays. */
  void close() {
    gauges.forEach(registry::remove);
  }

  private double oldestSeconds() {
    long oldest =
        waiting.values().stream()
            .mapToLong(Backlog::oldestMillis)
            .filter(at -> at > 0)
            .min()
            .orElse(0);
    return oldest == 0 ? 0 : (System.currentTimeMillis() - oldest) / 1e3;
  }
}
