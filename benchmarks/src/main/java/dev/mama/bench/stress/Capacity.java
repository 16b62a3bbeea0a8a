package dev.mama.bench.stress;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ChatRequest;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.bench.Figure;
import dev.mama.bench.Memory;
import dev.mama.bench.RuntimeCosts;
import dev.mama.runtime.AgentGroup;
import dev.mama.testkit.ScriptedChatModel;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/**
 * How much a core and a gigabyte carry, from four costs measured here.
 *
 * <p>Immutable.
 *
 * @param agentBytes heap of an idle agent, id and directory included
 * @param waitingBytes heap of a turn that waits for a model, with its message
 * @param messageNanos processor time of a message within a group
 * @param requestNanos processor time of a request for help, from the user's question to the answer:
 *     finding, two messages with their replies, a call over HTTP, the scripted server's own time
 *     included
 */
record Capacity(double agentBytes, double waitingBytes, double messageNanos, double requestNanos) {

  private static final double GIB = 1L << 30;
  private static final int SOME_AT_ONCE = 10;

  /**
   * Measures the first three.
   *
   * @param cells where the fourth is taken from: the median of those without latency and with ten
   *     users or more, or of all where there are none such
   * @param agents how many idle ones
   * @param waiting how many turns wait
   * @param time to warm up and to measure messages, each
   */
  static Capacity measure(List<Cell> cells, int agents, int waiting, Duration time, long seed)
      throws InterruptedException {
    double agentBytes = RuntimeCosts.bytesPerIdleAgent(agents);
    double waitingBytes = waitingBytes(waiting);
    double messageNanos = RuntimeCosts.cpuNanosPerMessage(time, seed);
    List<Cell> loaded =
        cells.stream()
            .filter(cell -> cell.latency().isZero() && cell.concurrent() >= SOME_AT_ONCE)
            .toList();
    double[] micros =
        (loaded.isEmpty() ? cells : loaded)
            .stream().mapToDouble(Cell::cpuMicros).sorted().toArray();
    return new Capacity(agentBytes, waitingBytes, messageNanos, micros[micros.length / 2] * 1_000);
  }

  private static double waitingBytes(int count) throws InterruptedException {
    var all = new CountDownLatch(count);
    var go = new CountDownLatch(1);
    try (var model =
            new ScriptedChatModel(request -> {
              all.countDown();
              awaitQuietly(go);
              return "well";
            });
        AgentGroup group =
            AgentGroup.builder(ExperimentId.of("capacity")).chatModel(model).build()) {
      group.define(
          AgentType.of(
              "thinker",
              () ->
                  (message, context) -> {
                    var unused = context.chat(ChatRequest.of("hello"));
                  }));
      List<AgentId> ids =
          IntStream.range(0, count).mapToObj(i -> AgentId.of("thinker-" + i)).toList();
      group.startAll(ids, "thinker");
      Sender client = group.client("me");
      long before = Memory.used();
      for (AgentId id : ids) {
        client.send(id, Payload.text("hello"));
      }
      all.await();
      double bytes = Math.max(0, Memory.used() - before) / (double) count;
      go.countDown();
      return bytes;
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  double agentsPerGib() {
    return GIB / agentBytes;
  }

  double waitingPerGib() {
    return GIB / waitingBytes;
  }

  double messagesPerCore() {
    return 1e9 / messageNanos;
  }

  double requestsPerCore() {
    return 1e9 / requestNanos;
  }

  List<Figure> figures() {
    return List.of(
        Figure.of("stress.capacity.agent.bytes", agentBytes, "bytes", 1),
        Figure.of("stress.capacity.agents-per-gib", agentsPerGib(), "count", 1),
        Figure.of("stress.capacity.waiting.bytes", waitingBytes, "bytes", 1),
        Figure.of("stress.capacity.waiting-per-gib", waitingPerGib(), "count", 1),
        Figure.of("stress.capacity.message.cpu", messageNanos, "ns", 1),
        Figure.of("stress.capacity.messages-per-core", messagesPerCore(), "1/s", 1),
        Figure.of("stress.capacity.request.cpu", requestNanos, "ns", 1),
        Figure.of("stress.capacity.requests-per-core", requestsPerCore(), "1/s", 1));
  }

  /** The table and the formulas, in Markdown. */
  String text() {
    return String.format(
        Locale.ROOT,
        """
        | what | cost | carries | formula |
        |---|---|---|---|
        | idle agent | %.0f bytes of heap | %,.0f per GiB | 2^30 / bytes |
        | call that waits | %.0f bytes of heap | %,.0f per GiB | 2^30 / bytes |
        | message in a group | %.0f ns of processor | %,.0f per core and second | 10^9 / ns |
        | request for help | %.0f µs of processor | %,.0f per core and second | 10^9 / ns |

        With C cores, G GiB of heap left for agents, a model that takes L seconds and p connections to it:

        - agents at most G · 2^30 / (bytes of an idle agent + bytes of your own agent's state)
        - messages per second at most C · 10^9 / (ns of a message + ns of your own handler)
        - requests per second at most the lesser of C · 10^9 / (ns of a request) and p / L (Little's law); they wait
          rate · L at once, which takes rate · L · (bytes of a waiting call)

        A request's processor time includes the scripted server's, which runs in the same process, and not the encoding of an unseen
        need, which takes some ms of one core: needs here are known to the cache. A waiting call's bytes are the runtime's; a connection's
        buffers come on top.
        """,
        agentBytes,
        agentsPerGib(),
        waitingBytes,
        waitingPerGib(),
        messageNanos,
        messagesPerCore(),
        requestNanos / 1e3,
        requestsPerCore());
  }
}
