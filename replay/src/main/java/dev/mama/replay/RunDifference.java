package dev.mama.replay;

import dev.mama.AgentId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The first thing at which two runs part. Each agent's turns are compared one by one; which agent
 * came first is no difference, nor are times and ids.
 *
 * <p>Immutable.
 *
 * @param turn the turn's place in the first run, from 1 on; one more than it has where only the
 *     second run goes on
 * @param who whose turn it was
 * @param first what happened in the first run, or null if nothing more did
 * @param second what happened in the second run, or null if nothing more did
 */
public record RunDifference(
    long turn, String who, @Nullable Happening first, @Nullable Happening second) {

  /**
   * Compares {@code first} with {@code second}, both from where they stand on. Holds those turns of
   * the second run in memory that stand further ahead there than in the first.
   *
   * @return empty if there is no difference
   * @throws RunException if one of them cannot be read
   * @throws InterruptedException if interrupted while reading
   */
  public static Optional<RunDifference> between(Run first, Run second) throws InterruptedException {
    Map<AgentId, Deque<TurnRecord>> ahead = new HashMap<>();
    long number = 0;
    for (TurnRecord turn = first.next(); turn != null; turn = first.next()) {
      number++;
      TurnRecord other = counterpart(turn.agent(), second, ahead);
      Optional<RunDifference> difference = between(number, turn, other);
      if (difference.isPresent()) {
        return difference;
      }
    }
    TurnRecord more = firstOf(ahead);
    more = more == null ? second.next() : more;
    return more == null
        ? Optional.empty()
        : Optional.of(new RunDifference(number + 1, more.toString(), null, begun(more)));
  }

  private static @Nullable TurnRecord counterpart(
      AgentId agent, Run run, Map<AgentId, Deque<TurnRecord>> ahead) throws InterruptedException {
    Deque<TurnRecord> kept = ahead.get(agent);
    if (kept != null) {
      TurnRecord turn = kept.poll();
      if (kept.isEmpty()) {
        ahead.remove(agent);
      }
      return turn;
    }
    for (TurnRecord turn = run.next(); turn != null; turn = run.next()) {
      if (turn.agent().equals(agent)) {
        return turn;
      }
      ahead.computeIfAbsent(turn.agent(), id -> new ArrayDeque<>()).add(turn);
    }
    return null;
  }

  private static @Nullable TurnRecord firstOf(Map<AgentId, Deque<TurnRecord>> ahead) {
    return ahead.entrySet().stream()
        .min(Map.Entry.comparingByKey())
        .map(entry -> entry.getValue().peek())
        .orElse(null);
  }

  private static Optional<RunDifference> between(
      long number, TurnRecord one, @Nullable TurnRecord other) {
    if (other == null) {
      return Optional.of(new RunDifference(number, one.toString(), begun(one), null));
    }
    if (one.step() != other.step() || !one.type().equals(other.type())) {
      return Optional.of(new RunDifference(number, one.toString(), begun(one), begun(other)));
    }
    int most = Math.max(one.happenings().size(), other.happenings().size());
    for (int i = 0; i < most; i++) {
      Happening a = i < one.happenings().size() ? one.happenings().get(i) : null;
      Happening b = i < other.happenings().size() ? other.happenings().get(i) : null;
      if (a == null || b == null || !a.isSame(b)) {
        return Optional.of(new RunDifference(number, one.toString(), a, b));
      }
    }
    return Optional.empty();
  }

  /** That a turn was there at all. */
  private static Happening begun(TurnRecord turn) {
    return new Happening("turn", turn.type() + " " + turn, "", "");
  }

  /** For a person: where, and both, one below the other. */
  @Override
  public String toString() {
    return "turn %,d, of %s:%n  %s%n  %s"
        .formatted(
            turn,
            who,
            first == null ? "(nothing more)" : first,
            second == null ? "(nothing more)" : second);
  }
}
