package dev.mama.registry;

import dev.mama.spi.Presence;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what a transport tells of processes as news of the writers in them: a writer is heard of
 * when a process announces it, and is lost, or has left, with the last process that did. So a death
 * that is told after the next start does no harm.
 *
 * <p>Presence is not signed. Of a writer that signs it is believed that it was lost, which the next
 * heartbeat mends, and not that it has left, which would give its agents to others.
 *
 * <p>Thread-safe.
 */
final class Attendance implements Consumer<Presence> {

  private static final Logger LOG = LoggerFactory.getLogger(Attendance.class);

  private final InMemoryRegistry registry;
  private final PmlKeys keys;
  private final int most;

  /** The processes that are here, of each writer that has any. */
  private final Map<String, Set<String>> here = new HashMap<>();

  private boolean warned;

  /**
   * @param most how many writers it keeps count of; of further ones only what they tell themselves
   *     counts
   */
  Attendance(InMemoryRegistry registry, PmlKeys keys, int most) {
    this.registry = registry;
    this.keys = keys;
    this.most = most;
  }

  @Override
  public synchronized void accept(Presence news) {
    for (String writer : news.groups()) {
      if (news.state() == Presence.State.HERE) {
        came(writer, news.process());
      } else {
        went(writer, news);
      }
    }
  }

  private void came(String writer, String process) {
    if (here.size() >= most && !here.containsKey(writer)) {
      if (!warned) {
        LOG.warn("more than {} groups have announced themselves; others are passed over", most);
        warned = true;
      }
      return;
    }
    here.computeIfAbsent(writer, unknown -> new HashSet<>()).add(process);
    registry.heartbeatOf(writer);
  }

  private void went(String writer, Presence news) {
    Set<String> processes = here.getOrDefault(writer, Set.of());
    if (processes.contains(news.process())) {
      processes.remove(news.process());
    }
    if (!processes.isEmpty()) {
      return;
    }
    here.remove(writer);
    if (news.state() == Presence.State.LEFT && keys.key(writer).isEmpty()) {
      registry.left(writer);
    } else {
      registry.lost(writer);
    }
  }
}
