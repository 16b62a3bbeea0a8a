package dev.mama.runtime;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.GroupClosedException;
import dev.mama.Pressure;
import dev.mama.Sender;
import dev.mama.StorageException;
import dev.mama.SurveyForm;
import dev.mama.SurveyReport;
import dev.mama.spi.EventLog;
import dev.mama.spi.Machine;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host of agents: it starts them, gives each message to one turn of its agent, and lends all of
 * them the same clients.
 *
 * <p>One or several groups live in a process. A group closes what it opened itself and nothing that
 * it was handed: transport, model, event log and assistance outlive it and may serve other groups.
 *
 * <p>Thread-safe.
 */
public final class AgentGroup implements AutoCloseable {

  static final Logger LOG = LoggerFactory.getLogger(AgentGroup.class);

  private enum Phase {
    OPEN,
    CLOSING,
    CLOSED
  }

  /** How often a group tells the registry that its agents are alive. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);

  /** How often turns are looked at that may last too long. */
  private static final Duration CHECK = Duration.ofMillis(100);

  private final GroupOptions options;
  private final ExecutorService executor;
  private final Schedule schedule;
  private final Schedule watch;
  private final ExecutorService processors;
  private final Recorder recorder;
  private final Outstanding outstanding;
  private final Router router;
  private final Members members;
  private final Turns turns;
  private final Map<String, AgentType> types = new ConcurrentHashMap<>();
  private final Map<String, Outbox> pollsters = new HashMap<>(); // by itself
  private final PressureWatch pressure;
  private final List<Runnable> atClose = new CopyOnWriteArrayList<>();
  private final @Nullable Durables durables;
  private volatile @Nullable Recovered left; // of an earlier run, until it is resumed
  private volatile Phase phase = Phase.OPEN;

  AgentGroup(GroupOptions options) {
    this.options = options;
    AgentStore store = AgentStore.open(options); // may fail, so first
    Machine machine = options.machine();
    executor = machine.threads(options.name());
    schedule = new Schedule(options.time());
    watch = new Schedule(machine.time());
    processors = machine.processors(options.name());
    Executor also = new AlsoWhenClosed(executor);
    recorder = new Recorder(options, also);
    var incarnations = new Incarnations(options.time(), machine.chance());
    outstanding = new Outstanding(incarnations);
    router = new Router(options, recorder, incarnations, outstanding, also, schedule);
    members = new Members(options, router, incarnations);
    var dispatcher =
        new Dispatcher(outstanding, executor, watch, machine.parallelism(), options.waitingTurns());
    turns =
        new Turns(
            options, router, recorder, incarnations, outstanding, dispatcher, schedule, processors);
    durables = store == null ? null : new Durables(store, turns, outstanding, options);
    schedule.every(CHECK, () -> dispatcher.checkTurns(options.time().nanos(), turns::overdue));
    pressure = new PressureWatch(options);
    if (options.chatModel() != null) {
      schedule.every(CHECK, pressure::look);
    }
    Assistance assistance = options.assistance();
    if (assistance != null) {
      schedule.every(
          HEARTBEAT, () -> router.cells().forEach(cell -> assistance.heartbeat(cell.id)));
    }
    if (durables != null) {
      try {
        left = durables.open();
      } catch (RuntimeException e) {
        durables.close();
        end();
        throw e;
      }
    }
  }

  /** Starts to describe a group of {@code experiment}. */
  public static AgentGroupBuilder builder(ExperimentId experiment) {
    return new AgentGroupBuilder(experiment);
  }

  /** The group's name. */
  public String name() {
    return options.name();
  }

  /** How hard pressed the chat model is; NORMAL without one. */
  public Pressure pressure() {
    return pressure.now();
  }

  /** The experiment its agents belong to. */
  public ExperimentId experiment() {
    return options.experiment();
  }

  /**
   * Makes {@code type} known, so that agents of it can be started.
   *
   * @throws IllegalArgumentException if another type of that name is known, or its agents are
   *     durable and the group has no folder for them
   */
  public void define(AgentType type) {
    if (type.state() != null && durables == null) {
      throw new IllegalArgumentException(
          "agents of type '%s' are durable; give group '%s' a folder with durable(…)"
              .formatted(type.name(), name()));
    }
    if (types.putIfAbsent(type.name(), type) != null) {
      throw new IllegalArgumentException(
          "agent type '%s' is defined already; give it another name".formatted(type.name()));
    }
  }

  /**
   * Takes up what an earlier run has left in the folder of durable agents: its agents, the messages
   * that were accepted and not handled, and what was scheduled. Turns that committed never run
   * again; one that had not, runs again, with the answers that models gave it. To be called once
   * all types are defined and before an agent is started; in a new folder it finds nothing. A
   * second call does nothing.
   *
   * @throws IllegalStateException if the group has no folder, or a type is not defined
   * @throws GroupClosedException if the group has been closed
   * @throws InterruptedException if interrupted while waiting for the transport
   */
  public synchronized Resumed resume() throws InterruptedException {
    checkOpen();
    if (durables == null) {
      throw new IllegalStateException(
          "group '%s' keeps nothing; give it a folder with durable(…)".formatted(name()));
    }
    Recovered found = left == null ? new Recovered() : left;
    var resumption = new Resumption(found, types, durables, turns, outstanding, options);
    try {
      members.addAll(resumption.cells());
      left = null;
    } finally {
      if (left != null) {
        resumption.giveUp();
      }
    }
    return resumption.begin();
  }

  /**
   * Starts the agent {@code id}; it can be reached when this returns.
   *
   * @param type name of a defined type
   * @throws IllegalArgumentException if the type is not defined, or the id is taken
   * @throws IllegalStateException if it is durable, and an earlier run has left agents that are not
   *     resumed
   * @throws StorageException if it is durable and the disk refuses; it is not started
   * @throws GroupClosedException if the group has been closed
   * @throws dev.mama.TransportException if the transport refuses; the agent is not started
   * @throws InterruptedException if interrupted while waiting for transport or log
   */
  public void start(AgentId id, String type) throws InterruptedException {
    startAll(List.of(id), type);
  }

  /**
   * Starts the agents {@code ids}, in few steps for the transport; all of them, or none.
   *
   * @see #start
   */
  public void startAll(Collection<AgentId> ids, String type) throws InterruptedException {
    checkOpen();
    AgentType known = types.get(type);
    if (known == null) {
      throw new IllegalArgumentException(
          "agent type '%s' is not defined; define it first (known: %s)"
              .formatted(type, types.keySet()));
    }
    if (durables == null || known.state() == null) {
      members.addAll(ids.stream().map(id -> new Cell(id, known, turns)).toList());
    } else {
      startDurable(durables, ids, known);
    }
    for (AgentId id : ids) {
      recorder.started(id, type, card(id));
    }
  }

  private void startDurable(Durables durables, Collection<AgentId> ids, AgentType type)
      throws InterruptedException {
    Recovered found = left;
    if (found != null && !found.agents.isEmpty()) {
      throw new IllegalStateException(
          "the folder of group '%s' holds %,d agents of an earlier run; call resume() first, or choose another folder"
              .formatted(name(), found.agents.size()));
    }
    List<DurableCell> cells =
        ids.stream().map(id -> new DurableCell(id, type, turns, durables)).toList();
    members.addAll(cells);
    durables.started(cells);
  }

  private @Nullable AgentCard card(AgentId id) {
    Assistance assistance = options.assistance();
    return assistance == null ? null : assistance.card(id).orElse(null);
  }

  /**
   * A sender for the application's own threads. It has an id of its own, to which replies come;
   * nothing else may be sent to it.
   *
   * @param name an agent id that no agent of the experiment has
   * @throws IllegalArgumentException if the id is taken or not valid
   * @throws GroupClosedException if the group has been closed
   * @throws InterruptedException if interrupted while waiting for the transport
   */
  public Sender client(String name) throws InterruptedException {
    checkOpen();
    return new GroupClient(members.address(name), name(), () -> phase == Phase.OPEN);
  }

  /**
   * Sends {@code form} to {@code agents}, wherever they live, on their channel for surveys, and
   * waits for their answers, which are recorded. An agent answers by {@code context.reply} with
   * {@link dev.mama.SurveyAnswers}.
   *
   * @param pollster who asks, an agent id that no agent of the experiment has; it may ask again
   * @param limit for all answers together
   * @return who answered what, and who did not and why
   * @throws IllegalArgumentException if an agent has the pollster's id
   * @throws GroupClosedException if the group has been closed
   * @throws InterruptedException if interrupted while waiting; answers that had come are recorded
   */
  public SurveyReport survey(
      String pollster, SurveyForm form, Collection<AgentId> agents, Duration limit)
      throws InterruptedException {
    Outbox outbox;
    synchronized (pollsters) {
      checkOpen();
      outbox = pollsters.get(pollster);
      if (outbox == null) {
        outbox = members.address(pollster);
        pollsters.put(pollster, outbox);
      }
    }
    return new Survey(outbox, recorder, options).ask(form, agents, limit);
  }

  /**
   * Does now what the first requests would wait for: the model's connection, a search among the
   * cards, an agent's turn, and what {@link AgentGroupBuilder#warming} adds; see there.
   *
   * @return how long each part took, by its name; timers {@code mama.start.…} tell it too
   * @throws dev.mama.ChatException if the model's server cannot be reached; the parts after it are
   *     not done
   * @throws GroupClosedException if the group has been closed
   * @throws InterruptedException if interrupted while waiting
   */
  public Map<String, Duration> warmUp() throws InterruptedException {
    checkOpen();
    return WarmUp.run(options);
  }

  GroupOptions options() {
    return options;
  }

  Turns turns() {
    return turns;
  }

  /** Has {@code task}, which must not wait, run when the group begins to close. */
  void atClose(Runnable task) {
    atClose.add(task);
  }

  /** What the group is doing at this moment, for a person; costs a look at every agent. */
  public Inspection inspect() {
    return Inspection.of(name(), router, turns.dispatcher(), outstanding);
  }

  /** What is being asked in this group at each moment. */
  public Load load() {
    return router.asks();
  }

  private void checkOpen() {
    if (phase != Phase.OPEN) {
      throw new GroupClosedException(name());
    }
  }

  /**
   * Stops the intake, lets the agents finish what they have (and what that brings about) for at
   * most the drain timeout, then interrupts what still runs, records what was not handled as dead,
   * and flushes the event log. What the group was handed stays open. A second call does nothing.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (phase != Phase.OPEN) {
        return;
      }
      phase = Phase.CLOSING;
    }
    router.closing();
    atClose.forEach(Runnable::run);
    boolean interrupted = false;
    try {
      outstanding.awaitNone(options.drainTimeout(), options.machine().time());
    } catch (InterruptedException e) {
      interrupted = true; // closing in a hurry: what is left is buried below
    }
    try {
      shutDown();
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      phase = Phase.CLOSED;
      end();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void end() {
    executor.shutdownNow();
    schedule.close();
    watch.close();
    processors.shutdownNow();
  }

  private void shutDown() throws InterruptedException {
    var attempts = new Attempts();
    if (options.transport() != null) {
      attempts.run(router::unsubscribeAll);
      attempts.run(turns.topics()::close);
    }
    router.cells().forEach(Cell::stop);
    executor.shutdown();
    if (!executor.awaitTermination(options.drainTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
      recorder.error(
          "group/" + name(),
          "turns ignored their interruption and were left running, %d messages with them"
              .formatted(outstanding.count()),
          null);
    }
    if (durables != null) {
      attempts.run(durables::close);
    }
    EventLog log = options.eventLog();
    if (log != null) {
      attempts.run(log::flush);
    }
    attempts.end();
  }
}
