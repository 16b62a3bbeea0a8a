package dev.mama.bench;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.embedded.EmbeddedBroker;
import dev.mama.examples.Helper;
import dev.mama.mqtt.MqttBroker;
import dev.mama.mqtt.MqttTransport;
import dev.mama.runtime.AgentGroup;
import dev.mama.testkit.FaultProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * What a way between agents and broker costs: two groups on connections of their own, each through
 * a proxy that lets every byte arrive later. A question and its answer go to the broker and from it
 * twice, so four delays are the least.
 *
 * <p>Not thread-safe.
 */
final class ScaleNetwork {

  private static final int LEAST_DELAYS = 4;
  private static final int WARM_UPS = 3;
  private static final Payload QUESTION = Payload.of(new Helper.Question("how are you"));

  private final ScaleSizes.Network sizes;
  private final Map<String, Samples> raw = new LinkedHashMap<>();
  private final List<Figure> figures = new ArrayList<>();

  ScaleNetwork(ScaleSizes.Network sizes) {
    this.sizes = sizes;
  }

  /** All that was measured, by name. */
  Map<String, Samples> raw() {
    return raw;
  }

  List<Figure> measure() throws InterruptedException {
    Path folder = null;
    try {
      folder = Files.createTempDirectory("mama-bench-network-");
      try (var broker = EmbeddedBroker.start(folder);
          var proxy = FaultProxy.start(broker.host(), broker.port())) {
        overBroker(proxy);
      }
    } catch (IOException e) {
      throw new IllegalStateException("broker or proxy failed: " + e.getMessage(), e);
    } finally {
      MqttBench.delete(folder);
    }
    return figures;
  }

  private void overBroker(FaultProxy proxy) throws InterruptedException {
    ExperimentId experiment = MqttAgents.newExperiment();
    try (var here = MqttTransport.connect(MqttBroker.at(proxy.host(), proxy.port()));
        var there = MqttTransport.connect(MqttBroker.at(proxy.host(), proxy.port()));
        var asking = AgentGroup.builder(experiment).name("asking").transport(here).build();
        var helping = AgentGroup.builder(experiment).name("helping").transport(there).build()) {
      helping.define(AgentType.of("helper", () -> ScaleWorld.HELPER));
      List<AgentId> helpers = IntStream.range(0, sizes.askers()).mapToObj(Profiles::id).toList();
      helping.startAll(helpers, "helper");
      var senders = new ArrayList<Sender>();
      for (int i = 0; i < sizes.askers(); i++) {
        senders.add(asking.client("bench-" + i));
      }
      for (int i = 0; i < WARM_UPS * sizes.rounds(); i++) {
        atOnce(senders, helpers); // code and connections get warm without a delay
      }
      for (Duration delay : sizes.delays()) {
        proxy.delay(delay);
        measure(senders, helpers, delay);
      }
      proxy.heal();
    }
  }

  private void measure(List<Sender> senders, List<AgentId> helpers, Duration delay)
      throws InterruptedException {
    String name = "network.delay%d".formatted(delay.toMillis());
    var asks = new Samples();
    for (int i = -5; i < sizes.asks(); i++) {
      long start = System.nanoTime();
      ask(senders.getFirst(), helpers.get(Math.floorMod(i, helpers.size())));
      if (i >= 0) {
        asks.add(System.nanoTime() - start);
      }
    }
    raw.put(name, asks);
    String prefix = "scalability." + name;
    figures.addAll(asks.summary(prefix + ".ask", "ms"));
    if (!delay.isZero()) {
      figures.add(
          Figure.of(
              prefix + ".over-four-delays",
              asks.quantile(0.5) / (double) (LEAST_DELAYS * delay.toNanos()),
              "ratio",
              asks.size()));
    }
    figures.add(rounds(senders, helpers).rate(prefix + ".at-once.rate", sizes.askers()));
    List<Sender> one = Collections.nCopies(sizes.askers(), senders.getFirst());
    figures.add(rounds(one, helpers).rate(prefix + ".one-sender.rate", sizes.askers()));
  }

  private Samples rounds(List<Sender> senders, List<AgentId> helpers) throws InterruptedException {
    var rounds = new Samples();
    for (int round = 0; round < sizes.rounds(); round++) {
      long start = System.nanoTime();
      atOnce(senders, helpers);
      rounds.add(System.nanoTime() - start);
    }
    return rounds;
  }

  /** Each sender asks once, another helper each. */
  private static void atOnce(List<Sender> senders, List<AgentId> helpers)
      throws InterruptedException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var asks = new ArrayList<Future<?>>();
      for (int i = 0; i < senders.size(); i++) {
        Sender sender = senders.get(i);
        AgentId helper = helpers.get(i);
        asks.add(
            threads.submit(() -> {
              ask(sender, helper);
              return null;
            }));
      }
      for (Future<?> each : asks) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("an ask over the broker failed", e.getCause());
    }
  }

  private static void ask(Sender client, AgentId helper) throws InterruptedException {
    var unused = client.ask(helper, QUESTION, ScaleWorld.PATIENCE).as(Helper.Answer.class);
  }
}
