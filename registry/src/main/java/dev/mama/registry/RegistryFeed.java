package dev.mama.registry;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.Payload;
import dev.mama.Standing;
import dev.mama.registry.CopyWire.RegistryNews;
import dev.mama.registry.CopyWire.RegistryPage;
import dev.mama.registry.CopyWire.RegistryPageWanted;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/*
 * News say how an agent is when they are written, not what happened to it: so an agent that changes
 * ten times between two looks is told of once, what is told twice does no harm, and a snapshot need
 * not stand still while it is read. What waits to be told is at most one id for each agent.
 */

/**
 * What the owner of a registry tells those who keep a copy: numbered news of what has changed, and
 * snapshots, page by page, to whoever has missed some.
 *
 * <p>Confined to the registry agent's turns, but for what has changed.
 */
final class RegistryFeed {

  private static final int MOST_LISTED = 500;

  /** News of one look; the rest waits for the next, so that letters have their turn, too. */
  private static final int MOST_AT_ONCE = 20;

  private static final int MOST_SNAPSHOTS = 2;

  /** In so many looks each agent's standing is looked at, a minute by default. */
  private static final int LOOKS_AROUND = 120;

  private static final int FEWEST_LOOKED_AT = 1_000;

  private final InMemoryRegistry registry;
  private final Function<AgentId, Standing> standings;
  private final long start;
  private final Map<AgentId, Standing> told = new HashMap<>(); // of those that had one
  private Iterator<AgentId> around = Collections.emptyIterator();
  private int atOnce;
  private final Set<AgentId> changed = ConcurrentHashMap.newKeySet();
  private final Deque<Snapshot> snapshots = new ArrayDeque<>();
  private long number;
  private long lastSnapshot;

  /** Who was there when so many news had been told. */
  private record Snapshot(long id, long number, List<AgentId> agents) {}

  /**
   * @param standings how agents stand now
   * @param start greater than that of any earlier owner
   */
  RegistryFeed(InMemoryRegistry registry, Function<AgentId, Standing> standings, long start) {
    this.registry = registry;
    this.standings = standings;
    this.start = start;
    registry.onChange(change -> changed.add(change.agent()));
  }

  /** Publishes what has changed, or else how far the news have come. */
  void publish(AgentContext context) throws InterruptedException {
    registry.sweep();
    lookAtStandings();
    Iterator<AgentId> next = changed.iterator();
    if (!next.hasNext()) {
      context.publish(
          CopyWire.TOPIC, Payload.of(new RegistryNews(start, number, List.of(), List.of())));
    }
    for (int told = 0; next.hasNext() && told < MOST_AT_ONCE; told++) {
      number++; // also where publishing fails: then it shows that something is missing
      context.publish(CopyWire.TOPIC, Payload.of(news(next)));
    }
  }

  /** Goes on around all agents; those whose standing is not what was told have changed. */
  private void lookAtStandings() {
    if (!around.hasNext()) {
      List<AgentId> all = registry.agents();
      around = all.iterator();
      atOnce = Math.max(FEWEST_LOOKED_AT, Math.ceilDiv(all.size(), LOOKS_AROUND));
    }
    for (int i = 0; i < atOnce && around.hasNext(); i++) {
      AgentId agent = around.next();
      if (isOther(told.getOrDefault(agent, Account.UNKNOWN), standings.apply(agent))) {
        changed.add(agent);
      }
    }
  }

  /** Whether {@code now} is so far from {@code before} that somebody would choose otherwise. */
  private static boolean isOther(Standing before, Standing now) {
    return Math.abs(now.trust() - before.trust()) > 0.005
        || Math.abs(now.lowerBound() - before.lowerBound()) > 0.01
        || Math.abs(now.successRate() - before.successRate()) > 0.01
        || Math.abs(now.responseMillis() - before.responseMillis())
            > Math.max(1, before.responseMillis() / 20);
  }

  /** {@code agent} as others are told of it, which is noted; empty if it is not registered. */
  private Optional<Listed> listed(AgentId agent) {
    Optional<Listed> found =
        registry.listed(agent).map(listed -> listed.standing(standings.apply(agent)));
    Standing standing = found.map(Listed::standing).orElse(null);
    if (standing == null) {
      told.remove(agent);
    } else {
      told.put(agent, standing);
    }
    return found;
  }

  private RegistryNews news(Iterator<AgentId> next) {
    var listed = new ArrayList<Listed>();
    var retired = new ArrayList<AgentId>();
    int chars = 0;
    while (next.hasNext()
        && listed.size() + retired.size() < MOST_LISTED
        && chars < Listed.MOST_CHARS) {
      AgentId agent = next.next();
      next.remove(); // before it is read: what changes from now on is told again
      var found = listed(agent);
      if (found.isPresent()) {
        listed.add(found.get());
        chars += found.get().chars();
      } else {
        retired.add(agent);
      }
    }
    return new RegistryNews(start, number, listed, retired);
  }

  RegistryPage page(RegistryPageWanted wanted) {
    for (Snapshot each : snapshots) {
      if (each.id() == wanted.snapshot()
          && wanted.from() >= 0
          && wanted.from() <= each.agents().size()) {
        return page(each, wanted.from());
      }
    }
    Snapshot last = snapshots.peekLast();
    if (last == null || last.number() < number) {
      last = new Snapshot(++lastSnapshot, number, registry.agents());
      snapshots.addLast(last);
      if (snapshots.size() > MOST_SNAPSHOTS) {
        snapshots.removeFirst();
      }
    }
    return page(last, 0);
  }

  private RegistryPage page(Snapshot snapshot, int from) {
    var listed = new ArrayList<Listed>();
    int chars = 0;
    int next = from;
    while (next < snapshot.agents().size()
        && listed.size() < MOST_LISTED
        && chars < Listed.MOST_CHARS) {
      AgentId agent = snapshot.agents().get(next++);
      var found = registry.listed(agent).map(each -> each.standing(standings.apply(agent)));
      if (found.isPresent()) {
        listed.add(found.get());
        chars += found.get().chars();
      }
    }
    return new RegistryPage(
        start, snapshot.number(), snapshot.id(), from, next, snapshot.agents().size(), listed);
  }
}
