package dev.mama.mqtt;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The ids of messages without a place in a line that came lately: ten minutes, 8,192 of them at
 * most.
 *
 * <p>Confined to the thread that arrivals come on.
 */
final class Recent {

  private static final int MOST = 8_192;
  private static final long LIFE_NANOS = TimeUnit.MINUTES.toNanos(10);

  private final Map<UUID, Long> since =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Long> eldest) {
          return size() > MOST;
        }
      };

  /** True the first time, false again within the time. */
  boolean isNew(UUID id) {
    long now = System.nanoTime();
    Long before = since.put(id, now);
    return before == null || now - before > LIFE_NANOS;
  }
}
