package dev.mama.negotiation;

import dev.mama.AgentId;
import dev.mama.runtime.Load;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a negotiator's desks wait for from each agent, offers, confirmations and results, and what
 * its group asks besides: the load that a policy sees when it chooses whom to invite.
 *
 * <p>Thread-safe.
 */
final class OpenCalls implements Load {

  private final Load asks;
  private final ConcurrentMap<AgentId, Integer> perAgent = new ConcurrentHashMap<>();
  private final ConcurrentMap<AgentId, Set<AgentId>> perDesk = new ConcurrentHashMap<>();
  private final AtomicInteger open = new AtomicInteger();

  OpenCalls(Load asks) {
    this.asks = asks;
  }

  /**
   * The part of {@code desk}, which waits for {@code agents} and nobody else; what it waited for
   * before a failure or a restart is forgotten.
   */
  OfDesk of(AgentId desk, Collection<AgentId> agents) {
    var its = new OfDesk(desk);
    its.nobody();
    agents.forEach(agent -> its.waits(agent, true));
    return its;
  }

  /**
   * One desk's part.
   *
   * <p>Confined to the desk's turn.
   */
  final class OfDesk {
    private final AgentId desk;

    private OfDesk(AgentId desk) {
      this.desk = desk;
    }

    /** Whether it waits for {@code agent} from now on. */
    void waits(AgentId agent, boolean waits) {
      if (waits) {
        if (perDesk.computeIfAbsent(desk, first -> ConcurrentHashMap.newKeySet()).add(agent)) {
          perAgent.merge(agent, 1, Integer::sum);
          open.incrementAndGet();
        }
        return;
      }
      Set<AgentId> its = perDesk.get(desk);
      if (its != null && its.remove(agent)) {
        perAgent.computeIfPresent(agent, (same, count) -> count == 1 ? null : count - 1);
        open.decrementAndGet();
      }
    }

    /** It waits for nobody any more. */
    void nobody() {
      Set<AgentId> its = perDesk.get(desk);
      if (its != null) {
        its.forEach(agent -> waits(agent, false));
        perDesk.remove(desk);
      }
    }
  }

  @Override
  public int of(AgentId agent) {
    return asks.of(agent) + perAgent.getOrDefault(agent, 0);
  }

  @Override
  public int total() {
    return asks.total() + open.get();
  }
}
