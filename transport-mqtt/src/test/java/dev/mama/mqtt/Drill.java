package dev.mama.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Routing;
import dev.mama.testkit.FaultProxy;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A hundred agents in two groups, on a connection each, send each other numbered messages across a
 * broker; in the middle of it something happens. None may be lost, none handled twice, each pair's
 * in order. The last of them are sent when the broker's answers are held back already, so that much
 * is sent and not answered when it happens, however fast all before was answered: there are
 * repetitions, or the drill has proved nothing.
 */
final class Drill {

  static final int AGENTS = 100;

  /** Of ten messages, those that are sent before anything happens. */
  private static final int EARLY = 6;

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** What strikes when so many messages have been handled. */
  interface Strike {
    void strike(FaultProxy proxy) throws Exception;
  }

  /** A request to send the messages {@code first} to {@code last} to {@code to}. */
  record Go(String to, int first, int last) {}

  /** The {@code number}th from its sender. */
  record Numbered(int number) {}

  /** What came of it. */
  record Outcome(
      String fault,
      long seed,
      int handled,
      int struckAt,
      long reconnects,
      long redelivered,
      long duplicates,
      long repeatedOnTheWire,
      double seconds) {

    void assertProvesSomething() {
      assertThat(reconnects).as("reconnects of %s", this).isPositive();
      assertThat(redelivered).as("messages sent again of %s", this).isPositive();
      assertThat(duplicates).as("dropped duplicates of %s", this).isPositive();
      assertThat(repeatedOnTheWire).as("packets marked as repeated of %s", this).isPositive();
    }

    /** For people, one line per drill, in the order of the runs. */
    void note() throws IOException {
      Files.writeString(
          Files.createDirectories(Path.of("target")).resolve("mqtt-drills.txt"),
          this + System.lineSeparator(),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
  }

  private final ExperimentId experiment = Envelopes.newExperiment();
  private final Map<AgentId, ConcurrentLinkedQueue<Integer>> arrived = new ConcurrentHashMap<>();
  private final AtomicInteger handled = new AtomicInteger();
  private final Packets packets = new Packets();
  private final CountDownLatch reached = new CountDownLatch(1);
  private volatile int strikeAt;
  private volatile int struckAt;
  private volatile @Nullable FaultProxy proxy;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final String host;
  private final int port;
  private final int messages;
  private final MqttOptions options;

  Drill(String host, int port, int messages, MqttOptions options) {
    this.host = host;
    this.port = port;
    this.messages = messages;
    this.options = options;
  }

  ExperimentId experiment() {
    return experiment;
  }

  private static AgentId agent(int i) {
    return AgentId.of("agent-" + i);
  }

  private final class Drilled implements Agent {
    @Override
    public void onMessage(Message message, AgentContext context) throws Exception {
      if (message.payload().type().equals("Go")) {
        Go go = message.payload().as(Go.class);
        for (int number = go.first(); number <= go.last(); number++) {
          context.send(AgentId.of(go.to()), Payload.of(new Numbered(number)));
        }
      } else {
        arrived
            .computeIfAbsent(message.from(), from -> new ConcurrentLinkedQueue<>())
            .add(message.payload().as(Numbered.class).number());
        if (handled.incrementAndGet() == strikeAt) {
          Objects.requireNonNull(proxy).holdAnswers();
          struckAt = handled.get();
          reached.countDown();
        }
      }
    }
  }

  Outcome run(String name, long seed, Strike strike) throws Exception {
    int each = messages / AGENTS;
    strikeAt = messages * 3 / 10 + new Random(seed).nextInt(-messages / 20, messages / 20 + 1);
    try (var started = FaultProxy.start(host, port, packets)) {
      proxy = started;
      return run(name, seed, strike, started, each);
    }
  }

  private Outcome run(String name, long seed, Strike strike, FaultProxy proxy, int each)
      throws Exception {
    long start = System.nanoTime();
    try (var left = connect(proxy, "left");
        var right = connect(proxy, "right");
        var even = group(left, "even");
        var odd = group(right, "odd")) {
      List<AgentGroup> groups = List.of(even, odd);
      for (int g = 0; g < 2; g++) {
        int parity = g;
        groups.get(g).define(AgentType.of("drilled", Drilled::new));
        groups
            .get(g)
            .startAll(
                IntStream.range(0, AGENTS)
                    .filter(i -> i % 2 == parity)
                    .mapToObj(Drill::agent)
                    .toList(),
                "drilled");
      }
      Sender starter = even.client("starter");
      Sender otherStarter = odd.client("other-starter");
      int early = each * EARLY / 10;
      letSend(starter, otherStarter, 1, early);
      assertThat(reached.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      letSend(starter, otherStarter, early + 1, each);
      awaitAllSendersWaiting(proxy, left, right);
      strike.strike(proxy);
      await()
          .alias("all messages handled")
          .pollInterval(Duration.ofMillis(10))
          .atMost(PATIENCE)
          .until(() -> handled.get() >= messages);
      var outcome =
          new Outcome(
              name,
              seed,
              handled.get(),
              struckAt,
              left.figures().reconnects() + right.figures().reconnects(),
              left.figures().redelivered() + right.figures().redelivered(),
              (long) meters.counter("mama.messages.duplicates").count()
                  + left.figures().repeated()
                  + right.figures().repeated(),
              packets.repeated(),
              (System.nanoTime() - start) / 1e9);
      outcome.note();
      assertOnceInOrder(each);
      return outcome;
    }
  }

  /** Each starter stands in the group of its agents, so its requests pass no broker. */
  private static void letSend(Sender even, Sender odd, int first, int last)
      throws InterruptedException {
    for (int i = 0; i < AGENTS; i++) {
      String to = agent((i + 1) % AGENTS).value();
      (i % 2 == 0 ? even : odd).send(agent(i), Payload.of(new Go(to, first, last)));
    }
  }

  /**
   * No answers come, so in the end nobody sends any more, and what was handed to the clients has
   * left them.
   */
  private void awaitAllSendersWaiting(FaultProxy proxy, MqttTransport left, MqttTransport right)
      throws InterruptedException {
    await()
        .alias("unanswered messages on both sides")
        .atMost(PATIENCE)
        .until(() -> left.connection().unanswered() > 0 && right.connection().unanswered() > 0);
    long before;
    do {
      before = proxy.bytesUp();
      TimeUnit.MILLISECONDS.sleep(50);
    } while (proxy.bytesUp() != before
        || packets.published() < handedOver(left) + handedOver(right));
  }

  private static long handedOver(MqttTransport transport) {
    return transport.figures().sent() + transport.connection().unanswered();
  }

  private void assertOnceInOrder(int each) {
    List<Integer> all = IntStream.rangeClosed(1, each).boxed().toList();
    assertThat(arrived).hasSize(AGENTS);
    arrived.forEach((from, numbers) ->
        assertThat(new ArrayList<>(numbers)).as("what came from '%s'", from).isEqualTo(all));
  }

  private MqttTransport connect(FaultProxy proxy, String side) throws InterruptedException {
    MqttBroker broker =
        MqttBroker.at(proxy.host(), proxy.port())
            .withClientId(experiment + "-" + side)
            .withKeepAlive(Duration.ofSeconds(1))
            .withTimeouts(Duration.ofSeconds(2), Duration.ofMinutes(2));
    MqttOptions mine =
        options.inbox().isEmpty() ? options : options.inbox(options.inbox().get().resolve(side));
    return MqttTransport.connect(broker, mine);
  }

  private AgentGroup group(MqttTransport transport, String name) {
    return AgentGroup.builder(experiment)
        .name(name)
        .transport(transport)
        .meters(meters)
        .mailboxCapacity(1_000)
        .gapLimit(Duration.ofMinutes(1))
        .sendTimeout(Duration.ofMinutes(1))
        .routing(Routing.LOCAL_FIRST)
        .build();
  }
}
