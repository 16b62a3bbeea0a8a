package dev.mama.replay;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.DurableAgent;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.StepAgent;
import dev.mama.journal.Grade;
import dev.mama.journal.Journal;
import dev.mama.journal.JournalException;
import dev.mama.runtime.Steps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * Keeps a run turn by turn, in a journal: what arrived, what agents did, and what they got for it;
 * so that it can be run again without anything around it ({@link Run#again}), and compared ({@link
 * RunDifference}).
 *
 * <pre>{@code
 * try (var journal = RunJournal.create(folder, experiment, 7)) {
 *   group.define(journal.recorded(AgentType.of("scout", Scout::new)));
 *   …
 * }
 * }</pre>
 *
 * <p>A turn is in line to be written before the next turn of its agent; the journal is complete
 * when it is closed, which is after its groups have been. Turns stand in the order in which they
 * ended, those of agents that live in steps by step and agent.
 *
 * <p>Thread-safe.
 */
public final class RunJournal implements AutoCloseable {

  private final Journal journal;

  /** Turns of steps that not all have finished. */
  private final Map<AgentId, Map<Long, List<TurnRecord>>> unfinished = new ConcurrentHashMap<>();

  private final AtomicReference<Lost> lost = new AtomicReference<>(new Lost(0, ""));

  /** Turns that are not kept, and why the first is not. */
  private record Lost(long turns, String why) {
    Lost and(Lost more) {
      return new Lost(turns + more.turns, turns > 0 ? why : more.why);
    }
  }

  private RunJournal(Journal journal) {
    this.journal = journal;
  }

  /**
   * Begins to keep a run in {@code folder}, which is made if there is none.
   *
   * @param seed of the run's group
   * @throws RunException if the folder holds something already, or cannot be written to
   * @throws InterruptedException if interrupted while waiting for the disk
   */
  public static RunJournal create(Path folder, ExperimentId experiment, long seed)
      throws InterruptedException {
    try {
      if (Files.isDirectory(folder) && !isEmpty(folder)) {
        throw new RunException(
            "%s is not empty; give each run a folder of its own".formatted(folder), null);
      }
      var head = new RunFormat.Head(RunFormat.VERSION, experiment.value(), seed);
      Journal journal = Journal.open(folder, RunFormat.OPTIONS);
      boolean begun = false;
      try {
        var unused = journal.append(RunFormat.write(head).array(), Grade.JOURNALLED);
        begun = true;
        return new RunJournal(journal);
      } finally {
        if (!begun) {
          journal.close();
        }
      }
    } catch (IOException | JournalException e) {
      throw new RunException(
          "a run cannot be kept in %s: %s; choose another folder".formatted(folder, e.getMessage()),
          e);
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  /**
   * The same type, whose agents' turns are kept. Where agents live in steps, the steps need {@link
   * #listener} too. Streamed answers come in one piece.
   */
  public AgentType recorded(AgentType type) {
    return new AgentType(
        type.name(),
        id -> {
          Agent agent = type.factory().apply(id);
          Agent turns = (message, context) -> turn(type.name(), agent, message, context);
          return switch (agent) {
            case StepAgent stepAgent ->
                (StepAgent)
                    (step, input, context) -> step(type.name(), stepAgent, step, input, context);
            case DurableAgent<?> durable -> durable.withTurns(turns);
            default -> turns;
          };
        },
        type.supervision(),
        type.state());
  }

  /** What has {@link Steps} keep turns in the order of steps and agents. */
  public Steps.Listener listener() {
    return (step, agent) -> {
      Map<Long, List<TurnRecord>> steps = unfinished.get(agent);
      List<TurnRecord> tries = steps == null ? null : steps.remove(step);
      if (tries != null) {
        for (TurnRecord turn : tries) {
          append(turn);
        }
      }
    };
  }

  private void turn(String type, Agent agent, Message message, AgentContext context)
      throws Exception {
    var tape = new Tape.Recording(List.of(Notes.arrived(message)));
    try {
      agent.onMessage(message, new TapedContext(context.self(), tape, context));
    } catch (Throwable e) {
      tape.failed(e);
      throw e;
    } finally {
      append(new TurnRecord(type, context.self(), 0, tape.happenings()));
    }
  }

  private void step(
      String type, StepAgent agent, long step, List<Message> input, AgentContext context)
      throws Exception {
    var tape = new Tape.Recording(input.stream().map(Notes::arrived).toList());
    try {
      agent.onStep(step, input, new TapedContext(context.self(), tape, context));
    } catch (Throwable e) {
      tape.failed(e);
      throw e;
    } finally {
      unfinished
          .computeIfAbsent(context.self(), id -> new ConcurrentHashMap<>())
          .computeIfAbsent(step, key -> new CopyOnWriteArrayList<>())
          .add(new TurnRecord(type, context.self(), step, tape.happenings()));
    }
  }

  /** Whatever becomes of it, the turn is over and must not be tried again for it. */
  private void append(TurnRecord turn) throws InterruptedException {
    try {
      var unused = journal.submit(RunFormat.write(turn));
    } catch (IllegalArgumentException | JournalException e) {
      lost.accumulateAndGet(
          new Lost(1, "turn of '%s': %s".formatted(turn.agent(), e.getMessage())), Lost::and);
    }
  }

  /**
   * Writes what is in line.
   *
   * @throws RunException if the disk failed, was full for a while, or a turn was larger than a
   *     journal takes: the run cannot be run again as a whole
   */
  @Override
  public void close() {
    try {
      journal.close();
    } catch (JournalException e) {
      throw new RunException("the run could not be kept: " + e.getMessage(), e);
    }
    Lost all = lost.get().and(new Lost(journal.figures().refused(), "the disk refused them"));
    if (all.turns > 0) {
      throw new RunException(
          "%,d turns of the run are not kept (%s); give it a disk with room, and run it anew"
              .formatted(all.turns, all.why),
          null);
    }
  }
}
