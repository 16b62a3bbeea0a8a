package dev.mama.bench;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.Rating;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.registry.JournalTrustLedger;
import dev.mama.registry.LedgerOptions;
import dev.mama.registry.PmlAnswer;
import dev.mama.registry.PmlDesk;
import dev.mama.registry.PmlKeys;
import dev.mama.registry.PmlMessage;
import dev.mama.registry.PmlWriter;
import dev.mama.registry.Receipt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How many pieces of evidence does a ledger on disk take per second: from 50 clients with 64 pieces
 * outstanding each, told one by one and acknowledged after the force; and in batches of 1,000 PML
 * messages through the desk, unsigned and signed in turn, JSON and signatures of both sides
 * included? And how long does it take to read it again?
 */
final class LedgerRates {

  private static final int AGENTS = 5_000;
  private static final int CLIENTS = 50;
  private static final int OUTSTANDING = 64;
  private static final int WRITERS = 50;

  /** So much that a writer may tell of one agent as often as chance has it. */
  private static final int ANY = 1_000_000;

  private static final ExperimentId EXPERIMENT = ExperimentId.of("bench");
  private static final Trace TRACE = new Trace(1, 2, 3);
  private static final Rating RATING = new Rating(0.75, true, Duration.ofMillis(100));

  /** So long that nothing is forgotten while measuring, and the evidence can be counted. */
  private static final LedgerOptions OPTIONS =
      LedgerOptions.defaults().halfLife(Duration.ofDays(36_500));

  private final AgentId[] agents;
  private final long seed;
  private final Size size;
  private final int batch;
  private final int rounds;

  LedgerRates(AgentId[] agents, long seed, Size size) {
    this.agents = agents;
    this.seed = seed;
    this.size = size;
    this.batch = size.of(1_000, 1_000, 20);
    this.rounds = size.of(3, 3, 1);
  }

  List<Figure> run() throws InterruptedException {
    var figures = new ArrayList<Figure>();
    int messages = size.of(1_000_000, 200_000, 4 * CLIENTS * OUTSTANDING);
    Path folder = temporary();
    try {
      oneByOne(folder.resolve("warm-up"), messages / 4);
      figures.addAll(oneByOne(folder.resolve("one-by-one"), messages).figures());
      figures.addAll(recovery(folder.resolve("one-by-one"), messages));
      figures.addAll(batches(folder, size.of(400, 100, WRITERS)));
    } finally {
      delete(folder);
    }
    figures.add(sweep());
    return figures;
  }

  private record OneByOne(
      int messages,
      double seconds,
      long lost,
      Samples samples,
      double perForce,
      double forceNanos) {

    List<Figure> figures() {
      String name = "registry.durable";
      return List.of(
          Figure.of(name + ".rate", messages / seconds, "1/s", messages).atLeast(300_000),
          Figure.of(name + ".p50", samples.quantile(0.5) / 1e6, "ms", samples.size()),
          Figure.of(name + ".p99", samples.quantile(0.99) / 1e6, "ms", samples.size()),
          Figure.of(name + ".per-force", perForce, "records", messages),
          Figure.of(name + ".force.p50", forceNanos / 1e6, "ms", messages),
          Figure.of(name + ".lost", (double) lost, "count", messages).exactly(0));
    }
  }

  private OneByOne oneByOne(Path folder, int messages) throws InterruptedException {
    try (var ledger = JournalTrustLedger.open(folder, OPTIONS, Time.system())) {
      int each = messages / CLIENTS / OUTSTANDING * OUTSTANDING;
      var perClient = new ArrayList<Samples>();
      var clients = new ArrayList<Callable<Object>>();
      for (int i = 0; i < CLIENTS; i++) {
        var samples = new Samples();
        var random = new SplittableRandom(seed + i);
        perClient.add(samples);
        clients.add(() -> {
          for (int sent = 0; sent < each; sent += OUTSTANDING) {
            long start = System.nanoTime();
            Receipt last = ledger.submit(List.of(evidence(random)));
            for (int j = 1; j < OUTSTANDING; j++) {
              last = ledger.submit(List.of(evidence(random)));
            }
            last.await(); // what was submitted before it is in its block, or in one before
            samples.add(System.nanoTime() - start);
          }
          return null;
        });
      }
      double seconds = together(clients);
      var figures = ledger.figures();
      return new OneByOne(
          each * CLIENTS,
          seconds,
          (long) each * CLIENTS - kept(ledger),
          Samples.all(perClient),
          figures.entriesPerForce(),
          figures.journal().forceMedianNanos());
    }
  }

  private List<Figure> recovery(Path folder, int messages) throws InterruptedException {
    double bytes = bytes(folder);
    long start = System.nanoTime();
    double seconds;
    long lost;
    try (var ledger = JournalTrustLedger.open(folder, OPTIONS, Time.system())) {
      seconds = (System.nanoTime() - start) / 1e9;
      lost = ledger.figures().recovered() - kept(ledger);
    }
    return List.of(
        Figure.of("registry.recovery.per-million", seconds * 1e6 / messages, "s", 1),
        Figure.of("registry.recovery.lost", (double) lost, "count", messages).exactly(0),
        Figure.of("registry.bytes.record", bytes / messages, "bytes", messages));
  }

  private List<Figure> batches(Path folder, int batches) throws InterruptedException {
    var unsigned = new ArrayList<Double>();
    var signed = new ArrayList<Double>();
    var memory = new ArrayList<Double>();
    for (int round = 0; round <= rounds; round++) { // the first one warms up
      unsigned.add(batches(folder.resolve("unsigned-" + round), batches, false));
      signed.add(batches(folder.resolve("signed-" + round), batches, true));
      memory.add(inMemory(batches));
    }
    double ours = median(unsigned);
    return List.of(
        Figure.of("registry.pml.memory.rate", median(memory), "1/s", (long) batches * batch),
        Figure.of("registry.pml.durable.rate", ours, "1/s", (long) batches * batch),
        Figure.of("registry.pml.signed.rate", median(signed), "1/s", (long) batches * batch),
        Figure.of("registry.pml.signed.share", median(signed) / ours, "ratio", rounds)
            .atLeast(0.8));
  }

  private static double median(List<Double> rates) {
    return rates.subList(1, rates.size()).stream().sorted().toList().get((rates.size() - 1) / 2);
  }

  private double batches(Path folder, int batches, boolean sign) throws InterruptedException {
    try (var ledger = JournalTrustLedger.open(folder, OPTIONS, Time.system())) {
      PmlKeys keys = PmlKeys.open();
      List<PmlWriter> writers = writers(keys, sign);
      var desk =
          PmlDesk.of(EXPERIMENT, InMemoryRegistry.create(), ledger, keys, Time.system())
              .evidenceAtMost(ANY, Duration.ofHours(1));
      return batches(desk, writers, batches);
    }
  }

  private double inMemory(int batches) throws InterruptedException {
    var ledger = InMemoryTrustLedger.create(OPTIONS.halfLife(), Time.system());
    PmlKeys keys = PmlKeys.open();
    var desk =
        PmlDesk.of(EXPERIMENT, InMemoryRegistry.create(), ledger, keys, Time.system())
            .evidenceAtMost(ANY, Duration.ofHours(1));
    return batches(desk, writers(keys, false), batches);
  }

  private static List<PmlWriter> writers(PmlKeys keys, boolean sign) {
    try {
      var writers = new ArrayList<PmlWriter>();
      for (int i = 0; i < WRITERS; i++) {
        String name = "group-" + i;
        if (sign) {
          KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
          keys.group(name, pair.getPublic());
          writers.add(PmlWriter.signing(EXPERIMENT, name, 1, pair.getPrivate()));
        } else {
          writers.add(PmlWriter.of(EXPERIMENT, name, 1));
        }
      }
      return writers;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no Ed25519", e);
    }
  }

  /** Each writer registers a rater of its own, and then tells what that found. */
  private double batches(PmlDesk desk, List<PmlWriter> writers, int batches)
      throws InterruptedException {
    var tellers = new ArrayList<Callable<Object>>();
    for (int i = 0; i < WRITERS; i++) {
      PmlWriter writer = writers.get(i);
      AgentId rater = AgentId.of("rater-" + i);
      var random = new SplittableRandom(seed + i);
      PmlAnswer registered =
          desk.take(
              writer.write(
                  List.of(new PmlMessage.Register(new AgentCard(rater, "any", "rates anything")))));
      check(registered, 1);
      tellers.add(() -> {
        for (int told = 0; told < batches / WRITERS; told++) {
          var messages = new ArrayList<PmlMessage>(batch);
          for (int j = 0; j < batch; j++) {
            AgentId subject = agents[random.nextInt(AGENTS)];
            messages.add(
                new PmlMessage.Report(
                    new Evidence.Checked(
                        rater, subject, RATING, RATING, Time.system().now(), TRACE)));
          }
          check(desk.take(writer.write(messages)), batch);
        }
        return null;
      });
    }
    return batches / WRITERS * WRITERS * (double) batch / together(tellers);
  }

  private static void check(PmlAnswer answer, int expected) {
    if (answer.accepted() != expected) {
      throw new IllegalStateException("the desk refused: " + answer.refusals());
    }
  }

  /** How long a walk over a million agents takes that have all expired. */
  private Figure sweep() {
    var registry = InMemoryRegistry.create(Duration.ofNanos(1), Time.system());
    for (int i = 0; i < agents.length; i++) {
      registry.register(new AgentCard(agents[i], "any", "does anything"), "group-" + i % 10);
    }
    long start = System.nanoTime();
    int expired = registry.sweep();
    double millis = (System.nanoTime() - start) / 1e6;
    if (expired != agents.length) {
      throw new IllegalStateException(expired + " agents expired, not " + agents.length);
    }
    return Figure.of("registry.sweep", millis, "ms", agents.length);
  }

  private Evidence evidence(SplittableRandom random) {
    int rater = random.nextInt(AGENTS);
    int subject = (rater + random.nextInt(1, AGENTS)) % AGENTS;
    return new Evidence.Checked(
        agents[rater], agents[subject], RATING, RATING, Time.system().now(), TRACE);
  }

  private long kept(JournalTrustLedger ledger) {
    double evidence = 0;
    for (int i = 0; i < AGENTS; i++) {
      evidence += ledger.standing(agents[i]).evidence();
    }
    return Math.round(evidence);
  }

  private static double together(List<Callable<Object>> clients) throws InterruptedException {
    long begun = System.nanoTime();
    try (var pool = Executors.newFixedThreadPool(clients.size())) {
      for (Future<Object> each : pool.invokeAll(clients)) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a client failed", e.getCause());
    }
    return (System.nanoTime() - begun) / 1e9;
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("mama-ledger");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double bytes(Path folder) {
    try (var files = Files.list(folder)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
