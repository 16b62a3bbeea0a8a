package dev.mama.bench;

import dev.mama.bench.LlmServerProcess.Stats;
import dev.mama.llm.LlmClient;
import dev.mama.llm.LlmEndpoint;
import dev.mama.llm.OpenAiChatModel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * Does the limit find a capacity that nobody told it, and follow it when that goes from 64 to 16 to
 * 128? A fixed limit of 64 stands beside it, which must not, and the limits of a library that many
 * use.
 */
final class LlmCapacity {

  private static final int CALLERS = 256;
  private static final int POOL = 256;
  private static final int FIXED = 64;
  private static final int[] CAPACITIES = {64, 16, 128};

  private final LlmServerProcess server;
  private final Duration latency;
  private final int settling;
  private final int roundTrips;

  /** One moment: the capacity, and the calls that each side put on the wire. */
  record Moment(double seconds, int capacity, double limit) {}

  /** What came of one side. */
  record Course(double error, double refused, long answered, List<Moment> moments) {}

  /**
   * @param latency of the server, a round trip
   * @param settling round trips in which a capacity that has grown must be found; three tenths of
   *     them for any other, because growth is found by rare probes
   * @param roundTrips over which each capacity is measured then
   */
  LlmCapacity(LlmServerProcess server, Duration latency, int settling, int roundTrips) {
    this.server = server;
    this.latency = latency;
    this.settling = settling;
    this.roundTrips = roundTrips;
  }

  Course adaptive() throws InterruptedException {
    var meters = new SimpleMeterRegistry();
    var client =
        LlmClient.builder(LlmEndpoint.of(server.uri().toString(), "m").withPoolSize(POOL))
            .backoff(Duration.ofMillis(20), Duration.ofMillis(200))
            .meters(meters)
            .build();
    var limit = meters.get("mama.llm.admission.limit").gauge();
    return course(LlmCaller.of(client), () -> (int) limit.value());
  }

  /** The bare call, with as many connections as were right at first. */
  Course fixed() throws InterruptedException {
    var endpoint = LlmEndpoint.of(server.uri().toString(), "m").withPoolSize(FIXED);
    return course(LlmCaller.of(OpenAiChatModel.connect(endpoint)), () -> FIXED);
  }

  /** The bare call behind a limit of Netflix's. */
  Course peer(LlmPeerLimit peer) throws InterruptedException {
    var endpoint = LlmEndpoint.of(server.uri().toString(), "m").withPoolSize(POOL);
    var limit = peer.of(POOL);
    var caller = LlmCaller.of(OpenAiChatModel.connect(endpoint));
    return course(LlmPeerLimit.behind(limit, caller), limit::getLimit);
  }

  private Course course(LlmCaller caller, IntSupplier limit) throws InterruptedException {
    server.restart(latency);
    var moments = new ArrayList<Moment>();
    double error = 0;
    double refused = 0;
    long answered;
    long start = System.nanoTime();
    try (caller;
        var crowd = new LlmCrowd(caller, CALLERS)) {
      int before = CALLERS;
      for (int capacity : CAPACITIES) {
        server.capacity(capacity);
        int settled = capacity > before ? settling : settling * 3 / 10;
        watch(settled, capacity, limit, start, moments);
        before = capacity;
        Stats then = server.stats();
        double mean = watch(roundTrips, capacity, limit, start, moments);
        refused = Math.max(refused, server.stats().refusedShare(then));
        error = Math.max(error, Math.abs(mean / capacity - 1));
      }
      answered = crowd.answered();
    }
    return new Course(error, refused, answered, moments);
  }

  private double watch(int trips, int capacity, IntSupplier limit, long start, List<Moment> moments)
      throws InterruptedException {
    double sum = 0;
    for (int i = 0; i < trips; i++) {
      Thread.sleep(latency);
      int now = limit.getAsInt();
      sum += now;
      moments.add(new Moment((System.nanoTime() - start) / 1e9, capacity, now));
    }
    return sum / trips;
  }
}
