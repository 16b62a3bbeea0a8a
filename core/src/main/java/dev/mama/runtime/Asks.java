package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.spi.Envelope;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The asks of a group that wait for their answer, and how many of them each agent has yet to give.
 */
final class Asks implements Load {

  private final ConcurrentMap<UUID, CompletableFuture<Envelope>> waiting =
      new ConcurrentHashMap<>();
  private final ConcurrentMap<AgentId, Integer> perAgent = new ConcurrentHashMap<>();

  CompletableFuture<Envelope> open(UUID ask, AgentId to) {
    var answer = new CompletableFuture<Envelope>();
    waiting.put(ask, answer);
    perAgent.merge(to, 1, Integer::sum);
    return answer;
  }

  void close(UUID ask, AgentId to) {
    waiting.remove(ask);
    perAgent.computeIfPresent(to, (agent, count) -> count == 1 ? null : count - 1);
  }

  /** Hands {@code answer} to its waiting caller; false if nobody waits for it (any more). */
  boolean complete(Envelope answer) {
    var caller = answer.answers() == null ? null : waiting.get(answer.answers());
    return caller != null && caller.complete(answer);
  }

  @Override
  public int of(AgentId agent) {
    return perAgent.getOrDefault(agent, 0);
  }

  @Override
  public int total() {
    return waiting.size();
  }
}
