package dev.mama.runtime;

import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Deadline;
import dev.mama.GroupClosedException;
import dev.mama.Message;
import dev.mama.Need;
import dev.mama.Payload;
import dev.mama.Rating;
import dev.mama.Referral;
import dev.mama.StepAgent;
import dev.mama.Trace;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Agents of one group that live in steps, without a barrier where their links allow it: an agent
 * begins step n + 1 as soon as those who may send to it have finished n.
 *
 * <pre>{@code
 * var steps = Steps.in(group);
 * steps.define(AgentType.of("walker", Walker::new));
 * steps.start(AgentId.of("a"), "walker", Set.of(AgentId.of("b")));
 * steps.start(AgentId.of("b"), "walker", Set.of(AgentId.of("a")));
 * steps.run(100);
 * }</pre>
 *
 * <p>An agent that declares no senders hears everybody, and so waits for everybody: a plain
 * barrier. What happens depends on the group's seed, not on what ran first: inputs are put in
 * order, chance belongs to agent and step, and what all share (trust) is read as of the step before
 * and written when all have finished the step. The clock is the group's and is no part of that
 * promise, nor are answers of models; record those.
 *
 * <p>Messages between agents of the steps stay in this process. Closing the group ends the steps.
 *
 * <p>Thread-safe, but {@link #run} and {@link #start} are called by one thread at a time.
 */
public final class Steps {

  /** How far an agent may be ahead of the slowest where nothing else is said. */
  private static final int SKEW = 16;

  private static final int MOST_SKEW = 1_024;

  /** When an agent is woken again whose mailbox others have filled. */
  private static final Duration AGAIN = Duration.ofMillis(10);

  /** Told of what is finished, in an order that is the same in each run. */
  @FunctionalInterface
  public interface Listener {

    /**
     * All have finished {@code step}, {@code agent} among them; called for one agent after another
     * by their ids, step after step, within a turn that is not the agent's.
     *
     * @throws RuntimeException if it cannot go on, which ends the steps
     * @throws InterruptedException if interrupted while waiting, with the same effect
     */
    void finished(long step, AgentId agent) throws InterruptedException;
  }

  private final AgentGroup group;
  private final Listener listener;
  private final StepPlan plan;
  private final Map<AgentId, StepMember> members = new ConcurrentHashMap<>();
  private final Map<AgentId, StepPlan.Place> starting = new ConcurrentHashMap<>();
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile @Nullable Throwable failure;
  private volatile List<AgentId> order = List.of();

  private Steps(AgentGroup group, int skew, Listener listener) {
    if (skew < 1 || skew > MOST_SKEW) {
      throw new IllegalArgumentException(
          "skew %d must be 1 to %,d steps; 1 is a barrier".formatted(skew, MOST_SKEW));
    }
    if (group.options().routing() == Routing.BROKER) {
      throw new IllegalArgumentException(
          "group '%s' routes everything through a broker, and steps stay in the process; leave routing as it is"
              .formatted(group.name()));
    }
    this.group = group;
    this.listener = listener;
    plan = new StepPlan(skew);
    group.atClose(() -> fail(new GroupClosedException(group.name())));
  }

  /** Steps in {@code group}, whose agents may be 16 steps ahead of the slowest. */
  public static Steps in(AgentGroup group) {
    return in(group, SKEW, (step, agent) -> {});
  }

  /**
   * Steps in {@code group}.
   *
   * @param skew how many steps an agent may be ahead of the last one that all have finished, 1 to
   *     1,024; bounds what waits to be read
   * @param listener told of what is finished
   * @throws IllegalArgumentException if the skew is out of its range, or the group routes through a
   *     broker
   */
  public static Steps in(AgentGroup group, int skew, Listener listener) {
    return new Steps(group, skew, listener);
  }

  /**
   * Makes {@code type} known, whose agents must be {@link StepAgent}s; see {@link
   * AgentGroup#define}.
   *
   * @throws IllegalArgumentException as there, and if its agents are durable: agents in steps live
   *     in memory
   */
  public void define(AgentType type) {
    if (type.state() != null) {
      throw new IllegalArgumentException(
          "agents of type '%s' are durable, and agents in steps are not kept; define a type without a state, or start them in the group itself"
              .formatted(type.name()));
    }
    group.define(new AgentType(type.name(), id -> member(id, type), type.supervision()));
  }

  /** Called when an agent starts, and when it is made anew. */
  private Agent member(AgentId id, AgentType type) {
    Agent made = type.factory().apply(id);
    if (!(made instanceof StepAgent agent)) {
      throw new IllegalArgumentException(
          "agent '%s' of type '%s' is a %s, which is no StepAgent; start it in the group itself"
              .formatted(id, type.name(), made.getClass().getName()));
    }
    StepMember known = members.get(id);
    if (known != null) {
      return known.with(agent);
    }
    StepPlan.Place place = starting.get(id);
    if (place == null) {
      throw new IllegalStateException(
          "agent '%s' of type '%s' lives in steps; start it there".formatted(id, type.name()));
    }
    return new StepMember(this, place, type.supervision(), agent);
  }

  /**
   * Starts the agent {@code id}, which hears everybody; see {@link #start(AgentId, String, Set)}.
   */
  public void start(AgentId id, String type) throws InterruptedException {
    start(new StepPlan.Place(id, null), type);
  }

  /**
   * Starts the agent {@code id}, before the steps run or between two runs.
   *
   * @param type name of a type defined here
   * @param senders who may send to it, and so whom it waits for; itself in any case
   * @throws IllegalArgumentException if the type is not defined, or the id is taken
   * @throws IllegalStateException if the steps are running
   * @throws GroupClosedException if the group has been closed
   * @throws InterruptedException if interrupted while waiting for transport or log
   */
  public void start(AgentId id, String type, Set<AgentId> senders) throws InterruptedException {
    start(new StepPlan.Place(id, Set.copyOf(senders)), type);
  }

  private void start(StepPlan.Place place, String type) throws InterruptedException {
    if (running.get()) {
      throw new IllegalStateException(
          "agent '%s' cannot be started while steps run; start it between two runs"
              .formatted(place.id));
    }
    starting.put(place.id, place);
    try {
      group.startAll(List.of(place.id), type);
      Cell cell = group.turns().router().cell(place.id);
      if (cell == null || !(cell.agent() instanceof StepMember member)) {
        throw new IllegalArgumentException(
            "agent type '%s' is not defined in the steps; define it there".formatted(type));
      }
      members.put(place.id, member);
      plan.add(place);
    } finally {
      starting.remove(place.id);
    }
  }

  /** The last step that all agents have finished. */
  public long finished() {
    return plan.frontier();
  }

  /**
   * Lets all agents live {@code steps} more steps, and waits until all have.
   *
   * @throws IllegalArgumentException if {@code steps} is less than 1, nobody was started, or a
   *     declared sender was not
   * @throws IllegalStateException if the steps have failed, or are running
   * @throws GroupClosedException if the group is closed meanwhile
   * @throws InterruptedException if interrupted; no further step begins, now or later
   */
  public void run(long steps) throws InterruptedException {
    if (steps < 1) {
      throw new IllegalArgumentException("steps %d must be at least 1".formatted(steps));
    }
    if (members.isEmpty()) {
      throw new IllegalArgumentException("nobody was started; start agents first");
    }
    if (!running.compareAndSet(false, true)) {
      throw new IllegalStateException("the steps are running already");
    }
    try {
      checkFailure();
      order = plan.agents();
      long end = plan.frontier() + steps;
      goOn(new ArrayDeque<>(plan.goOnTo(end)), null);
      if (!plan.await(end)) {
        checkFailure();
      }
    } catch (InterruptedException e) {
      plan.stop();
      failure = e;
      throw e;
    } finally {
      running.set(false);
    }
  }

  private void checkFailure() {
    Throwable cause = failure;
    if (cause instanceof GroupClosedException) {
      throw new GroupClosedException(group.name());
    }
    if (cause != null) {
      throw new IllegalStateException(
          "the steps of group '%s' ended after step %d: %s"
              .formatted(group.name(), plan.frontier(), cause),
          cause);
    }
  }

  /** Ends the steps for good. */
  private void fail(Throwable cause) {
    failure = cause;
    plan.stop();
  }

  /** {@code member} has finished its step; called by its turn, and throws nothing. */
  void finished(StepMember member, List<Message> sent, List<StepPlan.Shared> writes, Worker by) {
    Router router = group.turns().router();
    goOn(new ArrayDeque<>(plan.finish(member.place, sent, writes)), by);
    for (Message message : sent) {
      router.handedOver(message, by);
    }
  }

  /** Wakes those who begin a step, moves the frontier, and so on until neither is left. */
  private void goOn(Deque<StepPlan.Place> ready, @Nullable Worker by) {
    try {
      passAll(ready);
      for (StepPlan.Place place = ready.poll(); place != null; place = ready.poll()) {
        StepMember member = member(place.id);
        if (member.isGone()) {
          plan.takeInput(place);
          ready.addAll(plan.finish(place, List.of(), List.of()));
          passAll(ready);
        } else {
          wake(member, by);
        }
      }
    } catch (InterruptedException e) {
      fail(e);
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      fail(e); // foreign code, or a group that closes; run() tells
    }
  }

  private void passAll(Deque<StepPlan.Place> ready) throws InterruptedException {
    for (List<StepPlan.Shared> writes = plan.pass(); writes != null; writes = plan.pass()) {
      for (StepPlan.Shared shared : writes) {
        shared.write().run();
      }
      long step = plan.frontier() + 1;
      for (AgentId agent : order) {
        listener.finished(step, agent);
      }
      ready.addAll(plan.passed());
    }
  }

  private StepMember member(AgentId id) {
    StepMember member = members.get(id);
    if (member == null) {
      throw new IllegalStateException("agent '%s' is not of these steps".formatted(id));
    }
    return member;
  }

  private void wake(StepMember member, @Nullable Worker by) {
    Turns turns = group.turns();
    Cell cell = turns.router().cell(member.place.id);
    if (cell == null) {
      throw new GroupClosedException(group.name());
    }
    Trace trace = Trace.start();
    if (!turns.router().wake(cell, member.wake, trace, by)) {
      var unused =
          turns.schedule().once(AGAIN, () -> turns.router().wake(cell, member.wake, trace, null));
    }
  }

  StepPlan plan() {
    return plan;
  }

  Recorder recorder() {
    return group.turns().recorder();
  }

  int mailboxCapacity() {
    return group.options().mailboxCapacity();
  }

  long seedOf(AgentId agent) {
    return group.options().seed() ^ Cell.hash(agent.value());
  }

  Message message(StepMember from, AgentId to, Payload payload, Trace trace, Worker by) {
    return cell(from).outbox().message(to, payload, trace, by);
  }

  /** Finds help for {@code member} among what all had rated up to the step before {@code step}. */
  Referral find(StepMember member, Need need, long step, RandomGenerator random, Worker by)
      throws InterruptedException {
    Assistance assistance = assistance();
    Worker.waits(by);
    try {
      if (!plan.await(step - 1)) {
        throw new GroupClosedException(group.name());
      }
      return assistance.find(
          member.place.id,
          need,
          Deadline.NONE.remaining(group.options().time()),
          group.turns().router().asks(),
          random);
    } finally {
      Worker.goesOn(by);
    }
  }

  void rate(AgentId rater, Referral referral, Rating rating, Trace trace)
      throws InterruptedException {
    recorder().evidence(assistance().rate(rater, referral, rating, Optional.empty(), trace));
  }

  private Cell cell(StepMember member) {
    Cell cell = group.turns().router().cell(member.place.id);
    if (cell == null) {
      throw new GroupClosedException(group.name());
    }
    return cell;
  }

  private Assistance assistance() {
    Assistance assistance = group.options().assistance();
    if (assistance == null) {
      throw new IllegalStateException(
          "group '%s' has no assistance; give it one with assistance(…)".formatted(group.name()));
    }
    return assistance;
  }
}
