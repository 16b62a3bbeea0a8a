package dev.mama.runtime;

import dev.mama.AgentId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a group is doing at this moment, for a person; its parts are read one after another while
 * the group goes on.
 *
 * <p>Immutable.
 *
 * @param group the group's name
 * @param agents how many agents it has
 * @param running turns that run
 * @param waiting turns that wait: for an answer, a model, room
 * @param unfinished messages accepted and not handled to the end
 * @param asks asks without an answer
 * @param longest the agents with most messages, at most ten, the longest line first
 * @param turns some of the turns, at most twenty
 */
public record Inspection(
    String group,
    int agents,
    int running,
    int waiting,
    long unfinished,
    int asks,
    List<Line> longest,
    List<Current> turns) {

  /**
   * The messages of an agent.
   *
   * @param agent whose they are
   * @param type the agent's type
   * @param messages how many wait or are being handled
   */
  public record Line(AgentId agent, String type, int messages) {}

  /**
   * A turn.
   *
   * @param agent whose it is
   * @param type the agent's type
   * @param waits whether it waits
   * @param at where in the agent's own code it is, or empty if it is not seen there
   */
  public record Current(AgentId agent, String type, boolean waits, String at) {}

  /** Looks at every agent. */
  static Inspection of(String group, Router router, Dispatcher turns, Outstanding outstanding) {
    var busy = new ArrayList<Line>();
    router
        .cells()
        .forEach(cell -> {
          int messages = cell.size();
          if (messages > 0) {
            busy.add(new Line(cell.id, cell.type(), messages));
          }
        });
    return new Inspection(
        group,
        router.cells().size(),
        turns.running(),
        turns.waiting(),
        outstanding.count(),
        router.asks().total(),
        busy.stream().sorted(Comparator.comparingInt(Line::messages).reversed()).limit(10).toList(),
        turns.turns(20));
  }

  /** Several lines of text. */
  @Override
  public String toString() {
    return "group '%s': %,d agents, %,d turns run, %,d wait, %,d messages unfinished, %,d asks open"
            .formatted(group, agents, running, waiting, unfinished, asks)
        + longest.stream()
            .map(line ->
                "%n  %,7d messages  %s (%s)".formatted(line.messages(), line.agent(), line.type()))
            .collect(Collectors.joining())
        + turns.stream()
            .map(turn ->
                "%n  turn of %s (%s) %s %s"
                    .formatted(
                        turn.agent(), turn.type(), turn.waits() ? "waits" : "runs", turn.at()))
            .collect(Collectors.joining());
  }
}
