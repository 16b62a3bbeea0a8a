package dev.mama.bench;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.StepAgent;
import dev.mama.Time;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Steps;
import dev.mama.spi.ChatModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Agents on a random graph whose every turn takes a time drawn beforehand, spent with a model.
 *
 * <p>Immutable but for the agents while it is lived.
 */
final class StepsWorld {

  /** How far agents may be ahead of the slowest: a barrier, or the default. */
  static final int BARRIER = 1;

  static final int DEPENDENCY = 16;

  private static final double SIGMA = 0.8;

  private final List<AgentId> agents;
  private final int[][] senders;
  private final long[][] nanos; // by agent and step

  /** How long a life took, and a sum over all that was read, with step and place in the input. */
  record Lived(Duration took, long read) {}

  /** What one agent tells another. */
  record Said(long number) {}

  private StepsWorld(List<AgentId> agents, int[][] senders, long[][] nanos) {
    this.agents = agents;
    this.senders = senders;
    this.nanos = nanos;
  }

  static StepsWorld draw(int agents, int steps, int senders, Duration median, long seed) {
    var random = new SplittableRandom(seed);
    var ids = new ArrayList<AgentId>();
    int[][] graph = new int[agents][];
    long[][] nanos = new long[agents][steps];
    for (int agent = 0; agent < agents; agent++) {
      ids.add(AgentId.of("agent-" + agent));
      var chosen = new HashSet<Integer>();
      while (chosen.size() < Math.min(senders, agents - 1)) {
        int other = random.nextInt(agents);
        if (other != agent) {
          chosen.add(other);
        }
      }
      graph[agent] = chosen.stream().mapToInt(Integer::intValue).sorted().toArray();
      for (int step = 0; step < steps; step++) {
        nanos[agent][step] = (long) (median.toNanos() * Math.exp(SIGMA * random.nextGaussian()));
      }
    }
    return new StepsWorld(ids, graph, nanos);
  }

  /** How long each turn takes, by agent and step. */
  long[][] nanos() {
    return nanos;
  }

  /** The least time that any schedule needs, with a thread for each agent: the longest chain. */
  Duration criticalPath() {
    long[] finished = new long[agents.size()];
    for (int step = 0; step < nanos[0].length; step++) {
      long[] before = finished.clone();
      for (int agent = 0; agent < finished.length; agent++) {
        long begin = before[agent];
        for (int sender : senders[agent]) {
          begin = Math.max(begin, before[sender]);
        }
        finished[agent] = begin + nanos[agent][step];
      }
    }
    return Duration.ofNanos(Arrays.stream(finished).max().orElse(0));
  }

  /**
   * Lives all steps in a group of the real runtime.
   *
   * @param skew how far agents may be ahead of the slowest
   */
  Lived live(int skew) throws InterruptedException {
    var read = new AtomicLong();
    Map<AgentId, List<AgentId>> receivers = new HashMap<>();
    for (int agent = 0; agent < agents.size(); agent++) {
      for (int sender : senders[agent]) {
        receivers
            .computeIfAbsent(agents.get(sender), id -> new ArrayList<>())
            .add(agents.get(agent));
      }
    }
    try (AgentGroup group =
        AgentGroup.builder(ExperimentId.of("bench")).chatModel(new TimedModel()).build()) {
      var steps = Steps.in(group, skew, (step, agent) -> {});
      steps.define(
          AgentType.perId("agent", id -> agent(id, receivers.getOrDefault(id, List.of()), read)));
      for (int agent = 0; agent < agents.size(); agent++) {
        Set<AgentId> from = new HashSet<>();
        for (int sender : senders[agent]) {
          from.add(agents.get(sender));
        }
        steps.start(agents.get(agent), "agent", from);
      }
      long start = System.nanoTime();
      steps.run(nanos[0].length);
      return new Lived(Duration.ofNanos(System.nanoTime() - start), read.get());
    }
  }

  private StepAgent agent(AgentId id, List<AgentId> receivers, AtomicLong read) {
    int number = agents.indexOf(id);
    return (step, input, context) -> {
      long sum = sum(step, input);
      read.addAndGet(sum);
      ask(context, nanos[number][(int) step - 1]);
      var said = Payload.of(new Said(sum + number));
      for (AgentId receiver : receivers) {
        context.send(receiver, said);
      }
    };
  }

  private static long sum(long step, List<Message> input) {
    long sum = step;
    for (Message message : input) {
      sum = sum * 31 + message.payload().as(Said.class).number();
    }
    return sum;
  }

  private static void ask(AgentContext context, long nanos) throws InterruptedException {
    if (nanos > 0) {
      var unused = context.chat(ChatRequest.of(Long.toString(nanos)));
    }
  }

  /** A fake that takes as long as it is asked to, by a timer, for any number of callers. */
  private static final class TimedModel implements ChatModel {
    @Override
    public String name() {
      return "timed";
    }

    @Override
    public ChatReply chat(ChatRequest request) throws InterruptedException {
      long nanos = Long.parseLong(request.messages().getLast().content());
      Time.system().sleep(Duration.ofNanos(nanos));
      return new ChatReply("", name(), 0, 0, Duration.ZERO, Duration.ofNanos(nanos));
    }

    @Override
    public void close() {
      // holds nothing
    }
  }
}
