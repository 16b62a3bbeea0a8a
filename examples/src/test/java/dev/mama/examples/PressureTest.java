package dev.mama.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ChatRequest;
import dev.mama.ExperimentId;
import dev.mama.MailboxFullException;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.Supervision;
import dev.mama.Supervision.Reaction;
import dev.mama.embedded.EmbeddedBroker;
import dev.mama.embedded.RunFolder;
import dev.mama.llm.LlmClient;
import dev.mama.llm.LlmEndpoint;
import dev.mama.llm.LlmTerms;
import dev.mama.mqtt.MqttBroker;
import dev.mama.mqtt.MqttTransport;
import dev.mama.runtime.AgentGroup;
import dev.mama.spi.ChatModel;
import dev.mama.spi.Transport;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pressure from one end to the other: a thousand producers, a model that takes a few calls a
 * second, a broker that takes twenty messages at a time. Memory stays where it was, {@code send}
 * slows, and every message that was accepted is handled once.
 *
 * <p>A few seconds by default; {@code -Dmama.pressure=PT5M -Dmama.pressure.calls=10} for five
 * minutes at ten calls a second.
 */
class PressureTest {

  private static final Logger LOG = LoggerFactory.getLogger(PressureTest.class);

  private static final Duration LENGTH =
      Duration.parse(System.getProperty("mama.pressure", "PT4S"));
  private static final ExperimentId EXPERIMENT = ExperimentId.of("pressure");
  private static final int PRODUCERS = 1_000;
  private static final int CLIENTS = 20; // of 50 producers each
  private static final int SCRIBES = 10;
  private static final int CALLS_PER_SECOND = Integer.getInteger("mama.pressure.calls", 40);
  private static final int WINDOW = 20;

  /** What a scribe sends on for each answer, so that the broker's window is the narrow place. */
  private static final int PARTS = 50;

  /** Heap in use after a collection, above what it was before the first message. */
  private static final long HEAP_LIMIT_BYTES = 64L << 20;

  record Task(int producer, int number) {}

  record Part(int task, int number) {}

  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger wrote = new AtomicInteger();
  private final AtomicLong longestWaitNanos = new AtomicLong();
  private final AtomicInteger doubled = new AtomicInteger();
  private final AtomicInteger outOfOrder = new AtomicInteger();
  private final AtomicLong parts = new AtomicLong();
  private final Map<AgentId, BitSet> seen = new ConcurrentHashMap<>(); // each by its own agent only
  private volatile boolean over;

  @Test
  void producersModelAndBroker_memoryStaysSendSlowsNothingIsLost() throws Exception {
    try (var folder = RunFolder.open("pressure");
        var broker = EmbeddedBroker.start(folder.path(), 0, WINDOW);
        var server = ScriptedChatServer.start(new Limited());
        var model = model(server);
        var nearWire = MqttTransport.connect(MqttBroker.at(broker.host(), broker.port()));
        var farWire = MqttTransport.connect(MqttBroker.at(broker.host(), broker.port()));
        var far = far(farWire);
        var near = near(nearWire, model)) {
      long before = usedBytes();
      long peak = 0;
      try (ExecutorService producers = Executors.newVirtualThreadPerTaskExecutor()) {
        var clients = new ArrayList<Sender>();
        for (int i = 0; i < CLIENTS; i++) {
          clients.add(near.client("producers-" + i));
        }
        for (int p = 0; p < PRODUCERS; p++) {
          int producer = p;
          producers.execute(() -> produce(producer, clients.get(producer % clients.size())));
        }
        for (long end = System.nanoTime() + LENGTH.toNanos(); System.nanoTime() < end; ) {
          TimeUnit.MILLISECONDS.sleep(Math.min(10_000, LENGTH.toMillis() / 4));
          peak = Math.max(peak, usedBytes() - before);
        }
        over = true;
      }
      Duration rest = Duration.ofMinutes(2);
      await().atMost(rest).until(() -> wrote.get() == accepted.get());
      await().atMost(rest).until(() -> parts.get() == (long) PARTS * accepted.get());
      LOG.info(
          "{} from {} to {}: accepted {}, refused {}, answered {}, parts {}, longest send {} ms, model refused {}, heap +{} KiB",
          LENGTH,
          near.name(),
          far.name(),
          accepted,
          refused,
          wrote,
          parts,
          TimeUnit.NANOSECONDS.toMillis(longestWaitNanos.get()),
          server.requests() - wrote.get(),
          peak >> 10);
      double seconds = LENGTH.toMillis() / 1e3;
      assertThat((double) accepted.get())
          .as("tasks accepted: what the model takes, and what the mailboxes hold")
          .isBetween(0.5 * CALLS_PER_SECOND * seconds, CALLS_PER_SECOND * (seconds + 30) + 400);
      assertThat(Duration.ofNanos(longestWaitNanos.get()))
          .as("the longest send")
          .isGreaterThan(Duration.ofSeconds(1));
      assertThat(doubled).hasValue(0);
      assertThat(outOfOrder).hasValue(0);
      assertThat(peak).as("heap above the start").isLessThan(HEAP_LIMIT_BYTES);
    }
  }

  private void produce(int producer, Sender client) {
    AgentId scribe = AgentId.of("scribe-" + producer % SCRIBES);
    try {
      for (int number = 0; !over; number++) {
        long start = System.nanoTime();
        try {
          client.send(scribe, Payload.of(new Task(producer, number)));
          accepted.incrementAndGet();
        } catch (MailboxFullException e) {
          refused.incrementAndGet(); // after the send timeout, and then it tries again
        }
        longestWaitNanos.accumulateAndGet(System.nanoTime() - start, Math::max);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private AgentGroup near(Transport wire, ChatModel model) throws InterruptedException {
    var group =
        AgentGroup.builder(EXPERIMENT)
            .name("near")
            .transport(wire)
            .chatModel(model)
            .mailboxCapacity(4)
            .sendTimeout(Duration.ofSeconds(2))
            .drainTimeout(Duration.ofSeconds(60))
            .build();
    var tasks = new AtomicInteger();
    group.define(
        AgentType.of(
                "scribe",
                () ->
                    (message, context) -> {
                      context.chat(ChatRequest.of("task " + message.payload()));
                      int task = tasks.getAndIncrement();
                      for (int part = 0; part < PARTS; part++) {
                        context.send(
                            AgentId.of("archive-" + part % SCRIBES),
                            Payload.of(new Part(task, part)));
                      }
                      wrote.incrementAndGet();
                    })
            .supervised(Supervision.of(Reaction.RESUME)));
    group.startAll(ids("scribe-"), "scribe");
    return group;
  }

  private AgentGroup far(Transport wire) throws InterruptedException {
    var group = AgentGroup.builder(EXPERIMENT).name("far").transport(wire).build();
    group.define(
        AgentType.of(
            "archive",
            () ->
                (message, context) -> {
                  Part part = message.payload().as(Part.class);
                  BitSet mine = seen.computeIfAbsent(context.self(), id -> new BitSet());
                  int place = part.task() * PARTS + part.number();
                  if (mine.get(place)) {
                    doubled.incrementAndGet();
                  }
                  // One scribe sends an archive the parts of a task in order.
                  if (part.number() >= SCRIBES && !mine.get(place - SCRIBES)) {
                    outOfOrder.incrementAndGet();
                  }
                  mine.set(place);
                  parts.incrementAndGet();
                }));
    group.startAll(ids("archive-"), "archive");
    return group;
  }

  private static List<AgentId> ids(String prefix) {
    return IntStream.range(0, SCRIBES).mapToObj(i -> AgentId.of(prefix + i)).toList();
  }

  private static ChatModel model(ScriptedChatServer server) {
    var endpoint = LlmEndpoint.of(server.uri().toString(), ScriptedChatServer.MODEL);
    return LlmClient.builder(endpoint, LlmTerms.FREE.withRequestsPerMinute(60.0 * CALLS_PER_SECOND))
        .attempts(50)
        .backoff(Duration.ofMillis(50), Duration.ofSeconds(1))
        .build();
  }

  /** Takes so many calls in any one second and answers 429 to all others. */
  private static final class Limited implements Function<ScriptedChatServer.Call, Answer> {
    private final ArrayDeque<Long> taken = new ArrayDeque<>();

    @Override
    public synchronized Answer apply(ScriptedChatServer.Call call) {
      long now = System.nanoTime();
      while (!taken.isEmpty() && now - taken.peek() > TimeUnit.SECONDS.toNanos(1)) {
        taken.remove();
      }
      if (taken.size() >= CALLS_PER_SECOND) {
        return Answer.failure(429, Map.of("retry-after", "1"));
      }
      taken.add(now);
      return Answer.text("noted");
    }
  }

  private static long usedBytes() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
