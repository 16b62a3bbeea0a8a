package dev.mama.bench;

import dev.mama.Payload;
import dev.mama.bench.MqttRing.Token;
import dev.mama.bench.compare.BareMqtt;
import dev.mama.embedded.EmbeddedBroker;
import dev.mama.mqtt.MqttBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How many messages go from agent to agent over a broker, and how long is one on its way, beside
 * the bare client on the same broker? As many messages are on their way at once on both sides: one
 * for each agent, 100 at most. The broker is embedded, so all share the machine's cores. Ours and
 * the bare client's rounds are in turn.
 */
final class MqttBench implements Bench {

  private static final int BYTES = 200;
  private static final int MOST_TOKENS = 100;

  @Override
  public String name() {
    return "mqtt";
  }

  @Override
  public String question() {
    return "How fast are messages between agents over a broker, beside the bare MQTT client?";
  }

  /** Something that tokens can be sent through. */
  private interface Side extends AutoCloseable {
    void send(Token token) throws Exception;

    @Override
    void close();
  }

  private interface SideOf {
    Side open(MqttRing ring) throws Exception;
  }

  @Override
  public List<Figure> run(Options options, Progress progress) throws InterruptedException {
    MqttSizes sizes = MqttSizes.of(options.size());
    Path folder = null;
    try {
      folder = Files.createTempDirectory("mama-bench-mqtt-");
      try (var broker = EmbeddedBroker.start(folder)) {
        return new Run(broker, sizes, progress).all();
      }
    } catch (InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("the MQTT bench failed: " + e.getMessage(), e);
    } finally {
      delete(folder);
    }
  }

  static void delete(@Nullable Path folder) {
    if (folder == null) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new IllegalStateException("the broker's files in %s stayed".formatted(folder), e);
    }
  }

  private static final class Run {
    private final EmbeddedBroker broker;
    private final MqttBroker address;
    private final MqttSizes sizes;
    private final Progress progress;
    private final List<Figure> figures = new ArrayList<>();
    private final long steps;
    private long step;

    Run(EmbeddedBroker broker, MqttSizes sizes, Progress progress) {
      this.broker = broker;
      this.address = MqttBroker.at(broker.host(), broker.port());
      this.sizes = sizes;
      this.progress = progress;
      this.steps = 4L * sizes.agents().size() + 1;
    }

    private void now(String what) {
      progress.at(Math.min(step++, steps), steps, what);
    }

    List<Figure> all() throws Exception {
      now("warming up");
      for (int round = 0; round < sizes.coldRounds(); round += sizes.rounds()) {
        var unused = duel(100, 1, ring -> agents(ring, 100), sizes.hops());
      }
      for (int members : sizes.agents()) {
        for (int qos = 0; qos <= 2; qos++) {
          now("QoS %d, %,d agents".formatted(qos, members));
          oneProcess(members, qos);
        }
        now("two processes, %,d agents".formatted(members));
        twoProcesses(members);
      }
      int largest = sizes.agents().getLast();
      subscribing(largest);
      progress.at(steps, steps, "done");
      return figures;
    }

    private void oneProcess(int members, int qos) throws Exception {
      SideOf ours =
          qos == 1
              ? ring -> agents(ring, members)
              : ring -> envelopes(new MqttEnvelopes(address, ring, members, qos));
      Duel duel = duel(members, qos, ours, sizes.hops());
      String name = "mqtt.qos%d.%d".formatted(qos, members);
      figures.add(duel.ours().rate(name + ".rate", sizes.hops()));
      figures.add(duel.bare().rate(name + ".bare.rate", sizes.hops()));
      figures.addAll(latency(name, duel.oursOnTheWay()));
      figures.addAll(latency(name + ".bare", duel.bareOnTheWay()));
      // Times, so the bare client's are above.
      Figure ratio = duel.bare().over(duel.ours(), name + ".over-bare");
      figures.add(ratio);
      if (isMain(members, qos)) {
        Figure main = duel.bare().over(duel.ours(), "mqtt.qos1.over-bare");
        figures.add(main.atLeast(0.8));
        // What of that is owed to handlers that may block, and to sends that wait.
        figures.add(duel.bareWaiting().over(duel.ours(), "mqtt.qos1.over-bare-waiting"));
        figures.add(duel.bareWaiting().rate(name + ".bare-waiting.rate", sizes.hops()));
      }
    }

    /** Whether this is the size and the quality that the goal is about. */
    private boolean isMain(int members, int qos) {
      return qos == 1 && members == sizes.agents().get(sizes.agents().size() / 2);
    }

    private static List<Figure> latency(String name, Samples samples) {
      return List.of(
          Figure.of(name + ".p50", samples.quantile(0.5) / 1e3, "us", samples.size()),
          Figure.of(name + ".p99", samples.quantile(0.99) / 1e3, "us", samples.size()));
    }

    private record Duel(
        Samples ours,
        Samples bare,
        Samples bareWaiting,
        Samples oursOnTheWay,
        Samples bareOnTheWay) {}

    private Duel duel(int members, int qos, SideOf side, int hops) throws Exception {
      var ours = new Samples();
      var bare = new Samples();
      var bareWaiting = new Samples();
      var oursOnTheWay = new ArrayList<Samples>();
      var bareOnTheWay = new ArrayList<Samples>();
      for (int round = 0; round < sizes.rounds(); round++) {
        ours.add(round(members, side, hops, oursOnTheWay));
        bare.add(round(members, ring -> bare(ring, members, qos, false), hops, bareOnTheWay));
        if (isMain(members, qos)) {
          bareWaiting.add(
              round(members, ring -> bare(ring, members, qos, true), hops, new ArrayList<>()));
        }
      }
      return new Duel(
          ours, bare, bareWaiting, Samples.all(oursOnTheWay), Samples.all(bareOnTheWay));
    }

    /** As many as there are members, within the limit; each makes one hop at least. */
    private static int tokens(int members, int hops) {
      return Math.min(hops, Math.min(members, MOST_TOKENS));
    }

    private static long round(int members, SideOf side, int hops, List<Samples> onTheWay)
        throws Exception {
      var ring = new MqttRing(members, BYTES);
      int tokens = tokens(members, hops);
      try (Side open = side.open(ring)) {
        long nanos = ring.run(tokens, hops / tokens, open::send);
        onTheWay.add(ring.samples());
        return nanos;
      }
    }

    private Side agents(MqttRing ring, int members) throws InterruptedException {
      var agents = new MqttAgents(address, MqttAgents.newExperiment(), ring, members, 0, 1, true);
      return new Side() {
        @Override
        public void send(Token token) throws InterruptedException {
          agents.send(token);
        }

        @Override
        public void close() {
          agents.close();
        }
      };
    }

    private static Side envelopes(MqttEnvelopes envelopes) {
      return new Side() {
        @Override
        public void send(Token token) throws InterruptedException {
          envelopes.send(token);
        }

        @Override
        public void close() {
          envelopes.close();
        }
      };
    }

    private Side bare(MqttRing ring, int members, int qos, boolean waiting) {
      return new BareSide(broker, ring, members, qos, waiting);
    }

    private void twoProcesses(int members) throws Exception {
      var experiment = MqttAgents.newExperiment();
      var times = new Samples();
      var onTheWay = new ArrayList<Samples>();
      int tokens = tokens(members, sizes.hops());
      int clients = 0;
      try (var other = new MqttOtherProcess(address, experiment, members, BYTES)) {
        for (int round = -sizes.coldRounds(); round < sizes.rounds(); round++) {
          var ring = new MqttRing(members, BYTES);
          try (var here = new MqttAgents(address, experiment, ring, members, 0, 2, false)) {
            clients = Math.max(clients, broker.clients().size());
            // The last hop ends here: the even members are.
            int hops = sizes.hops() / tokens / 2 * 2 + 1;
            long nanos = ring.run(tokens, hops, token -> here.send(even(token)));
            if (round >= 0) {
              times.add(nanos);
              onTheWay.add(ring.samples());
            }
          }
        }
        other.checkAlive();
      }
      String name = "mqtt.processes2.%d".formatted(members);
      figures.add(
          times.rate(name + ".rate", (double) tokens * (sizes.hops() / tokens / 2 * 2 + 1)));
      figures.addAll(latency(name, Samples.all(onTheWay)));
      figures.add(Figure.of(name + ".connections", clients, "count", sizes.rounds()).exactly(2));
    }

    private static Token even(Token token) {
      return new Token(token.left(), token.to() / 2 * 2, token.sentNanos(), token.ballast());
    }

    private void subscribing(int members) throws Exception {
      var samples = new Samples();
      for (int round = 0; round < sizes.rounds(); round++) {
        var ring = new MqttRing(members, BYTES);
        try (var agents =
            new MqttAgents(address, MqttAgents.newExperiment(), ring, members, 0, 1, true)) {
          samples.add(Math.round(agents.startSeconds() * 1e9));
        }
      }
      figures.add(
          Figure.of(
              "mqtt.subscribe.%d.millis".formatted(members),
              samples.quantile(0.5) / 1e6,
              "ms",
              samples.size()));
    }
  }

  /** The ring's members are topics of the bare client. */
  private static final class BareSide implements Side {
    private final BareMqtt bare;

    BareSide(EmbeddedBroker broker, MqttRing ring, int members, int qos, boolean waiting) {
      // Published from the callback, as one does with a client that does not wait.
      var self = new CompletableFuture<BareMqtt>();
      bare =
          new BareMqtt(
              broker.host(),
              broker.port(),
              members,
              qos,
              waiting,
              json -> {
                Token token = Payload.encoded("Token", json).as(Token.class);
                if (ring.arrived(token)) {
                  publish(self.join(), ring.next(token));
                }
              });
      self.complete(bare);
    }

    private static void publish(BareMqtt bare, Token token) {
      bare.publish(token.to(), Payload.of(token).json());
    }

    @Override
    public void send(Token token) {
      publish(bare, token);
    }

    @Override
    public void close() {
      bare.close();
    }
  }
}
