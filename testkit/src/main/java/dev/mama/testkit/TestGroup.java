package dev.mama.testkit;

import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ChatRequest;
import dev.mama.DurableAgent;
import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Sender;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.AgentGroupBuilder;
import dev.mama.runtime.InMemoryEventLog;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.assertj.core.api.AssertProvider;
import org.jspecify.annotations.Nullable;

/**
 * An {@link AgentGroup} for tests: the real runtime on a {@link SteppedMachine}, so that one turn
 * runs at a time, in an order drawn from a seed, and hours pass in no time.
 *
 * <p>Nothing runs but within {@link #settle}, {@link #advance}, {@link #close} and the calls of a
 * {@link #client}. What agents received and sent is kept, and read by {@code assertThat(group)} of
 * AssertJ.
 *
 * <p>Needs the JVM option {@value SteppedMachine#OPTION}. Confined to the test's thread.
 */
public final class TestGroup implements AutoCloseable, AssertProvider<TestGroupAssert> {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("test");

  /** How far the clock may move until all is done; more than all tries of a failing message. */
  private static final Duration PATIENCE = Duration.ofDays(2);

  private final SteppedMachine machine;
  private final InMemoryEventLog log = new InMemoryEventLog();
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final List<Handled> handled = new ArrayList<>();
  private final AgentGroup group;

  /**
   * A turn that is over.
   *
   * <p>Immutable.
   *
   * @param after how long after the clock's start it began
   * @param message what was handled
   * @param failure what the agent threw, or null
   */
  public record Handled(Duration after, Message message, @Nullable Throwable failure) {

    /** For a person, and for comparing two runs: no ids that differ from run to run. */
    @Override
    public String toString() {
      return "%s %s <- %s %s%s"
          .formatted(
              after,
              message.to(),
              message.from(),
              message.payload(),
              failure == null ? "" : " failed: " + failure);
    }
  }

  private TestGroup(SteppedMachine machine, UnaryOperator<AgentGroupBuilder> options) {
    this.machine = machine;
    this.group =
        options
            .apply(AgentGroup.builder(EXPERIMENT).seed(machine.seed()).machine(machine))
            .eventLog(log)
            .meters(meters)
            .build();
  }

  /**
   * A group whose order is drawn from {@code seed}, and its agents' random numbers too.
   *
   * @throws IllegalStateException if the JVM was started without {@value SteppedMachine#OPTION}
   */
  public static TestGroup seeded(long seed) {
    return on(SteppedMachine.seeded(seed), options -> options);
  }

  /** The same with a chat model that answers what {@code script} says, at once. */
  public static TestGroup seeded(long seed, Function<ChatRequest, String> script) {
    var machine = SteppedMachine.seeded(seed);
    var model = new ScriptedChatModel(script, machine.time());
    return on(machine, options -> options.chatModel(model));
  }

  /**
   * A group on {@code machine}, which may carry others too.
   *
   * @param options changes the group's options; its machine, event log and meters are the test's
   */
  public static TestGroup on(SteppedMachine machine, UnaryOperator<AgentGroupBuilder> options) {
    return new TestGroup(machine, options);
  }

  /** Makes {@code type} known; see {@link AgentGroup#define}. */
  public void define(AgentType type) {
    group.define(
        new AgentType(
            type.name(),
            id -> keeping(type.factory().apply(id)),
            type.supervision(),
            type.state()));
  }

  // Between two turns another thread may come first: a worker runs many without waiting.
  @SuppressWarnings("ThreadPriorityCheck")
  private Agent keeping(Agent agent) {
    Agent keeping =
        (message, context) -> {
          Thread.yield();
          Duration after = Duration.ofNanos(machine.time().nanos());
          try {
            agent.onMessage(message, context);
            handled.add(new Handled(after, message, null));
          } catch (Throwable e) {
            handled.add(new Handled(after, message, e));
            throw e;
          }
        };
    return agent instanceof DurableAgent<?> durable ? durable.withTurns(keeping) : keeping;
  }

  /** Starts the agent {@code id} of a defined type; see {@link AgentGroup#start}. */
  public AgentId start(String id, String type) {
    AgentId agent = AgentId.of(id);
    call(() -> {
      group.start(agent, type);
      return agent;
    });
    return agent;
  }

  /** Starts {@code agent} under {@code id}, as the only one of its type, which is named alike. */
  public AgentId start(String id, Agent agent) {
    define(AgentType.of(id, () -> agent));
    return start(id, id);
  }

  /**
   * A sender for the test itself. Its calls drive the group: {@code send} until the message is
   * accepted, {@code ask} until the answer is there or the time is over.
   */
  public Sender client(String name) {
    return new DrivenSender(this, call(() -> group.client(name)));
  }

  /**
   * Runs until every message is finished; when all agents wait, the clock moves on. What agents
   * have scheduled for later does not count as long as it has not come.
   *
   * @throws AssertionError if that takes more than two days of the clock; it says what waits where
   */
  public void settle() {
    machine.runUntil(() -> unfinished() == 0, PATIENCE);
  }

  private double unfinished() {
    return meters.get("mama.messages.unfinished").gauge().value();
  }

  /** Moves the clock by {@code duration}, and runs what falls due on the way at its moment. */
  public void advance(Duration duration) {
    machine.advance(duration);
  }

  /** The clock, at zero when the machine was made. */
  public ManualTime time() {
    return machine.time();
  }

  /** What runs this group. */
  public SteppedMachine machine() {
    return machine;
  }

  /** The group itself, for what has no shorter way here. */
  public AgentGroup group() {
    return group;
  }

  /** All turns that are over, in the order they ended. */
  public List<Handled> handled() {
    return List.copyOf(handled);
  }

  /** What the group has recorded, in the order it happened. */
  public List<Event> events() {
    var events = new ArrayList<Event>();
    log.read(EXPERIMENT, events::add);
    return events;
  }

  /** What went wrong and was recorded, each with the component it happened to. */
  public List<String> errors() {
    var errors = new ArrayList<String>();
    for (Event event : events()) {
      if (event instanceof Event.ErrorRaised error) {
        errors.add(error.component() + ": " + error.detail());
      }
    }
    return errors;
  }

  @Override
  public TestGroupAssert assertThat() {
    return new TestGroupAssert(this);
  }

  /** Lets the agents finish what they have, then closes the group; see {@link AgentGroup#close}. */
  @Override
  public void close() {
    call(() -> {
      group.close();
      return this;
    });
  }

  /**
   * Runs {@code call} on the machine; what it throws is thrown on, wrapped only if it is checked.
   */
  private <T> T call(Callable<T> call) {
    try {
      return machine.call(call);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
