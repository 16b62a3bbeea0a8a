package dev.mama.mlflow;

import dev.mama.mlflow.MlflowClient.Pair;
import dev.mama.mlflow.MlflowClient.Point;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that brings a run and its phases to the server.
 *
 * <p>Each interval it takes what the runs have gathered and puts it in a line of calls; the first
 * of the line is tried until the server takes or refuses it. Of a line of more than 200 calls the
 * oldest figures, tags and parameters are given up; that a run begins or ends is not.
 *
 * <p>Thread-safe.
 */
final class MlflowSender {

  private static final Logger log = LoggerFactory.getLogger(MlflowSender.class);
  private static final int MOST_METRICS = 1_000;
  private static final int MOST_PARAMS = 100;
  private static final int MOST_CALLS = 200;

  private interface Request {
    void send() throws InterruptedException;
  }

  /** A request to the server; without one that is needed, others make no sense. */
  private record Call(boolean needed, Request request) {}

  private final MlflowServer server;
  private final MlflowClient client;
  private final String experiment;
  private final Queue<MlflowRun> added = new ConcurrentLinkedQueue<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicLong dropped = new AtomicLong();
  private final Thread thread;

  // The thread's own.
  private final List<MlflowRun> runs = new ArrayList<>();
  private final Deque<Call> line = new ArrayDeque<>();
  private long step;
  private boolean away;

  MlflowSender(MlflowServer server, MlflowClient client, String experiment) {
    this.server = server;
    this.client = client;
    this.experiment = experiment;
    this.thread = Thread.ofPlatform().name("mama-mlflow").daemon().unstarted(this::run);
  }

  /** Creates {@code run} on the server. */
  void create(MlflowRun run) throws InterruptedException {
    List<Pair> tags = new ArrayList<>();
    MlflowRun parent = run.parent();
    if (parent != null) {
      tags.add(new Pair("mlflow.parentRunId", id(parent)));
    }
    run.id(client.createRun(experiment, run.name(), run.startMillis(), tags));
  }

  void start(MlflowRun root) {
    runs.add(root);
    thread.start();
  }

  /** Takes up a phase. */
  void add(MlflowRun phase) {
    added.add(phase);
  }

  void dropped(long what, String why) {
    if (dropped.getAndAdd(what) == 0) {
      log.warn("MLflow does not get all of a run: {}", why);
    }
  }

  /** Sends what there is, and ends the thread. */
  void close() {
    closing.countDown();
    boolean interrupted = false;
    try {
      if (!thread.join(server.timeout())) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      interrupted = true;
      thread.interrupt();
    }
    client.close();
    if (dropped.get() > 0) {
      log.warn("{} parts of a run did not reach MLflow at {}", dropped.get(), server);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    long intervalNanos = server.interval().toNanos();
    try {
      boolean closed = false;
      while (!closed) {
        closed = closing.await(intervalNanos, TimeUnit.NANOSECONDS);
        gather();
        sendLine();
      }
      while (!line.isEmpty()) { // until close loses its patience
        TimeUnit.NANOSECONDS.sleep(intervalNanos);
        sendLine();
      }
    } catch (InterruptedException e) {
      dropped(line.size(), "the time to close (%s) was over".formatted(server.timeout()));
    } catch (RuntimeException | Error e) {
      dropped(line.size() + 1L, "its thread failed: " + e);
      log.error("the run is not brought to MLflow any more", e);
    }
  }

  /** Puts into the line what the runs have gathered. */
  private void gather() {
    for (MlflowRun phase = added.poll(); phase != null; phase = added.poll()) {
      MlflowRun begun = phase;
      runs.add(begun);
      line.add(new Call(true, () -> create(begun)));
    }
    step++;
    long now = System.currentTimeMillis();
    for (MlflowRun run : List.copyOf(runs)) {
      boolean ended = run.endMillis() != 0; // seen first, so that nothing comes after
      gather(run, ended ? run.endMillis() : now);
      if (ended) {
        runs.remove(run);
        line.add(new Call(true, () -> client.endRun(id(run), run.status(), run.endMillis())));
      }
    }
    int over = line.size() - MOST_CALLS;
    for (var calls = line.iterator(); over > 0 && calls.hasNext(); ) {
      if (!calls.next().needed()) {
        calls.remove();
        over--;
        dropped(1, "the server is away for long");
      }
    }
  }

  private void gather(MlflowRun run, long millis) {
    for (Pair tag : run.takeTags()) {
      line.add(new Call(false, () -> client.setTag(id(run), tag)));
    }
    // Apart from figures, which would go with a parameter that is refused.
    for (List<Pair> params = run.takeParams(MOST_PARAMS);
        !params.isEmpty();
        params = run.takeParams(MOST_PARAMS)) {
      List<Pair> some = params;
      line.add(new Call(false, () -> client.logBatch(id(run), List.of(), some)));
    }
    List<Point> points = run.sums().take(millis, step);
    for (int from = 0; from < points.size(); from += MOST_METRICS) {
      List<Point> some = points.subList(from, Math.min(from + MOST_METRICS, points.size()));
      line.add(new Call(false, () -> client.logBatch(id(run), some, List.of())));
    }
  }

  private static String id(MlflowRun run) {
    return run.id()
        .orElseThrow(() ->
            new MlflowException("phase '%s' has no run".formatted(run.name()), "", true, null));
  }

  private void sendLine() throws InterruptedException {
    while (!line.isEmpty()) {
      try {
        line.element().request().send();
        line.remove();
        away = false;
      } catch (MlflowException e) {
        if (!e.refused()) {
          if (!away) {
            log.warn("{} calls wait: {}", line.size(), e.getMessage());
          }
          away = true;
          return;
        }
        line.remove();
        dropped(1, String.valueOf(e.getMessage()));
      }
    }
  }
}
