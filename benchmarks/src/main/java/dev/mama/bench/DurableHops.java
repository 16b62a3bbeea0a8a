package dev.mama.bench;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.DurableAgent;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.AgentGroupBuilder;
import dev.mama.runtime.Durability;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Agents that pass tokens on to random others and count them; durable ones in a folder, or ones in
 * memory that do the same.
 */
final class DurableHops implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final int AT_ONCE = 50_000;

  /** A token with so many hops before it. */
  record Token(int left) {}

  /** Asks for the state. */
  record Look() {}

  /** What an agent keeps: how many tokens it had, and of the last one what was left. */
  record Counted(long tokens, int last) {}

  private static final class Hopper implements DurableAgent<Counted> {
    private final DurableHops all;
    private long tokens;
    private int last;

    Hopper(DurableHops all) {
      this.all = all;
    }

    @Override
    public Counted state() {
      return new Counted(tokens, last);
    }

    @Override
    public void restore(Counted state) {
      tokens = state.tokens();
      last = state.last();
    }

    @Override
    public void onMessage(Message message, AgentContext context) throws Exception {
      if (message.payload().type().equals("Look")) {
        context.reply(Payload.of(state()));
        return;
      }
      Token token = message.payload().as(Token.class);
      tokens++;
      last = token.left();
      if (token.left() > 0) {
        context.send(
            id(context.random().nextInt(all.agents)), Payload.of(new Token(token.left() - 1)));
      }
      if (token.left() == 0) {
        all.ended.release();
      }
    }
  }

  private final int agents;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final AgentGroup group;
  private final Semaphore ended = new Semaphore(0);

  private DurableHops(Optional<Durability> durability, int agents) {
    this.agents = agents;
    AgentGroupBuilder builder =
        AgentGroup.builder(ExperimentId.of("bench"))
            .meters(meters)
            .mailboxCapacity(10_000)
            .drainTimeout(LIMIT);
    durability.ifPresent(builder::durable);
    group = builder.build();
    group.define(
        durability.isPresent()
            ? AgentType.durable("hopper", Counted.class, () -> new Hopper(this))
            : AgentType.of("hopper", () -> new Hopper(this)));
  }

  /** Agents in {@code durability}'s folder, or in memory only. */
  static DurableHops start(Optional<Durability> durability, int agents)
      throws InterruptedException {
    var hops = new DurableHops(durability, agents);
    var ids = new ArrayList<AgentId>(AT_ONCE);
    for (int i = 0; i < agents; i++) {
      ids.add(id(i));
      if (ids.size() == AT_ONCE || i == agents - 1) {
        hops.group.startAll(ids, "hopper");
        ids.clear();
      }
    }
    return hops;
  }

  /** A group in which an earlier run's agents can be resumed. */
  static DurableHops open(Durability durability, int agents) {
    return new DurableHops(Optional.of(durability), agents);
  }

  private static AgentId id(int number) {
    return AgentId.of("agent-" + number);
  }

  AgentGroup group() {
    return group;
  }

  /** Sends {@code tokens} on their way and waits until all have ended; returns how long it took. */
  long run(int tokens, int hops) throws InterruptedException {
    var client = group.client("client-" + System.nanoTime());
    long start = System.nanoTime();
    for (int i = 0; i < tokens; i++) {
      client.send(id((int) ((long) i * agents / tokens)), Payload.of(new Token(hops - 1)));
    }
    if (!ended.tryAcquire(tokens, LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(
          "%d of %d tokens arrived within %s".formatted(ended.availablePermits(), tokens, LIMIT));
    }
    return System.nanoTime() - start;
  }

  /** How long one question each to {@code count} agents takes, every {@code step}th of them. */
  Samples ask(int count, int step) throws InterruptedException {
    var samples = new Samples();
    var client = group.client("client-" + System.nanoTime());
    for (int i = 0; i < count; i++) {
      AgentId to = id((int) ((long) i * step % agents));
      long start = System.nanoTime();
      client.ask(to, Payload.of(new Look()), LIMIT).as(Counted.class);
      samples.add(System.nanoTime() - start);
    }
    return samples;
  }

  /** What a meter of the group's shows; 0 if it has none of that name. */
  double meter(String name) {
    var gauge = meters.find(name).gauge();
    var counter = meters.find(name).functionCounter();
    return gauge != null ? gauge.value() : counter != null ? counter.count() : 0;
  }

  List<Figure> forces(String name, double turns) {
    double forces = meter("mama.durable.forces");
    return List.of(
        Figure.of(
            name + ".force.p50", meter("mama.durable.force.nanos") / 1e6, "ms", (long) forces),
        Figure.of(name + ".forces", forces, "count", 1),
        Figure.of(name + ".turns-per-force", turns / Math.max(1, forces), "count", 1));
  }

  @Override
  public void close() {
    group.close();
  }
}
