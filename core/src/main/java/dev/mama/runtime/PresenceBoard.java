package dev.mama.runtime;

import dev.mama.ExperimentId;
import dev.mama.spi.Presence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which processes are here, and who wants to know: what transports that can tell ({@link
 * dev.mama.spi.Transport#watchPresence}) have in common. It remembers those that are here, and
 * nothing of those that are not.
 *
 * <p>Thread-safe; one piece of news is told to all before the next one.
 */
public final class PresenceBoard {

  private static final Logger log = LoggerFactory.getLogger(PresenceBoard.class);

  private final Map<ExperimentId, Room> rooms = new HashMap<>();

  /** What is known of one experiment. */
  private static final class Room {
    final Map<String, Presence> here = new LinkedHashMap<>();
    final List<Consumer<Presence>> watchers = new ArrayList<>();

    boolean isEmpty() {
      return here.isEmpty() && watchers.isEmpty();
    }
  }

  /** A board on which nobody is here. */
  public PresenceBoard() {}

  /** Tells those who watch {@code experiment}; that somebody is still here is no news. */
  public synchronized void tell(ExperimentId experiment, Presence news) {
    Room room = rooms.computeIfAbsent(experiment, unknown -> new Room());
    Presence before =
        news.state() == Presence.State.HERE
            ? room.here.put(news.process(), news)
            : room.here.remove(news.process());
    if (!news.equals(before)) {
      room.watchers.forEach(watcher -> tell(watcher, news));
    }
    if (room.isEmpty()) {
      rooms.remove(experiment);
    }
  }

  /** Tells {@code watcher} who of {@code experiment} is here, and of each change from now on. */
  public synchronized void watch(ExperimentId experiment, Consumer<Presence> watcher) {
    Room room = rooms.computeIfAbsent(experiment, unknown -> new Room());
    room.watchers.add(watcher);
    room.here.values().forEach(each -> tell(watcher, each));
  }

  private static void tell(Consumer<Presence> watcher, Presence news) {
    try {
      watcher.accept(news);
    } catch (RuntimeException e) {
      log.error("a watcher of presence threw at {}", news, e);
    }
  }
}
