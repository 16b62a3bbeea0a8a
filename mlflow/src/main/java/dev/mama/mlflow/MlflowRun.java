package dev.mama.mlflow;

import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.mlflow.MlflowClient.Pair;
import dev.mama.spi.EventLog;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A run in an MLflow tracking server, for an experiment or, nested, for a phase of it.
 *
 * <pre>{@code
 * try (var log = PgEventLog.open(database);
 *     var run = MlflowRun.start("http://localhost:5000", experiment);
 *     var group = AgentGroup.builder(experiment).eventLog(run.watch(log)).build()) {
 *   run.param("agents", 1_000);
 *   try (var phase = run.phase("warm up")) { … }
 * }
 * }</pre>
 *
 * <p>Nothing here waits for the server but {@link #start} and {@link #close}: a thread sends what
 * came each {@link MlflowServer#interval}. While the server is away, the last 200 batches wait;
 * what is given up is counted and said once in the log. A run never fails what it watches.
 *
 * <p>Thread-safe.
 */
public final class MlflowRun implements AutoCloseable {

  private static final int LONGEST_KEY = 250;
  private static final int LONGEST_PARAM = 6_000;
  private static final int LONGEST_TAG = 5_000;
  private static final int MOST_PENDING = 1_000;

  private final MlflowSender sender;
  private final @Nullable MlflowRun parent;
  private final String name;
  private final long startMillis = System.currentTimeMillis();
  private final FigureSums sums = new FigureSums();
  private final Deque<Pair> params = new ArrayDeque<>(); // by this
  private final Deque<Pair> tags = new ArrayDeque<>(); // by this
  private final List<MlflowRun> phases = new ArrayList<>(); // by this
  private volatile @Nullable String id;
  private volatile long endMillis;
  private volatile boolean failed;

  private MlflowRun(MlflowSender sender, @Nullable MlflowRun parent, String name) {
    this.sender = sender;
    this.parent = parent;
    this.name = name;
  }

  /**
   * Starts a run at the tracking URI {@code uri}; see {@link #start(MlflowServer, ExperimentId)}.
   */
  public static MlflowRun start(String uri, ExperimentId experiment) throws InterruptedException {
    return start(MlflowServer.at(URI.create(uri)), experiment);
  }

  /**
   * Starts a run that is named after {@code experiment}. Waits for the server, so that a wrong
   * address is known at once.
   *
   * @throws MlflowException if the server does not answer, or refuses
   */
  public static MlflowRun start(MlflowServer server, ExperimentId experiment)
      throws InterruptedException {
    var client = new MlflowClient(server);
    boolean started = false;
    try {
      var sender = new MlflowSender(server, client, client.experiment(server.experiment()));
      var run = new MlflowRun(sender, null, experiment.value());
      run.tag("mama.experiment", experiment.value());
      sender.create(run);
      sender.start(run);
      started = true;
      return run;
    } finally {
      if (!started) {
        client.close();
      }
    }
  }

  /** The run's id in MLflow; empty of a phase that the server has not heard of yet. */
  public Optional<String> id() {
    return Optional.ofNullable(id);
  }

  /**
   * A log that keeps events in {@code log} and shows them to this run: the figures that agents
   * record, and how many messages, errors, model calls and tokens there were. A figure goes to the
   * experiment's run and to each phase that is open. Closing it closes {@code log}, not the run.
   */
  public EventLog watch(EventLog log) {
    return log.watchedBy(this::look);
  }

  private void look(Event accepted) {
    switch (accepted) {
      case Event.MetricRecorded e -> metric(e.name(), e.value());
      case Event.MessageSent e -> count("mama.messages", 1);
      case Event.ErrorRaised e -> count("mama.errors", 1);
      case Event.ModelCalled e -> {
        count("mama.model.calls", 1);
        count("mama.model.tokens", (long) e.promptTokens() + e.completionTokens());
      }
      default -> {}
    }
  }

  /**
   * Begins a phase: a nested run. Close it at its end; at the latest it ends with this run.
   *
   * @param phase its name, for a person
   */
  public MlflowRun phase(String phase) {
    var nested = new MlflowRun(sender, this, phase);
    synchronized (this) {
      phases.add(nested);
    }
    sender.add(nested);
    return nested;
  }

  /**
   * Sets a parameter, which MLflow keeps once and for all.
   *
   * @param key up to 250 characters of A-Z a-z 0-9 _ - . / and blanks
   * @param value its text has up to 6,000 characters
   * @throws IllegalArgumentException if they have another form
   */
  public void param(String key, Object value) {
    put(params, pair("parameter", key, value.toString(), LONGEST_PARAM));
  }

  /**
   * Sets a tag; a later one of the same key takes its place.
   *
   * @param key as of a parameter
   * @param value up to 5,000 characters
   * @throws IllegalArgumentException if they have another form
   */
  public void tag(String key, String value) {
    put(tags, pair("tag", key, value, LONGEST_TAG));
  }

  /**
   * Takes a figure, as one that an agent recorded.
   *
   * @param figure a {@linkplain Event#isName name}
   * @param value finite
   * @throws IllegalArgumentException if they have another form
   */
  public void metric(String figure, double value) {
    if (!Event.isName(figure) || !Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "figure '%s' of %s must have a name of 1 to 64 characters of A-Z a-z 0-9 . _ - and be finite"
              .formatted(figure, value));
    }
    if (!sums.add(figure, value)) {
      sender.dropped(1, "figures of more than %d names".formatted(FigureSums.MOST_NAMES));
    }
    for (MlflowRun phase : open()) {
      phase.metric(figure, value);
    }
  }

  /** Counts {@code more} of what happened. */
  void count(String what, long more) {
    sums.count(what, more);
    for (MlflowRun phase : open()) {
      phase.count(what, more);
    }
  }

  private synchronized List<MlflowRun> open() {
    return List.copyOf(phases);
  }

  /** The run will end as failed. */
  public void fail() {
    failed = true;
  }

  /**
   * Ends the run, and waits until the server has heard all of it, at most the server's timeout. A
   * phase does not wait. Closing again does nothing.
   */
  @Override
  public void close() {
    for (MlflowRun phase : open()) {
      phase.close();
    }
    synchronized (this) {
      if (endMillis != 0) {
        return;
      }
      endMillis = System.currentTimeMillis();
    }
    if (parent == null) {
      sender.close();
    } else {
      parent.forget(this);
    }
  }

  private synchronized void forget(MlflowRun phase) {
    phases.remove(phase);
  }

  String name() {
    return name;
  }

  @Nullable MlflowRun parent() {
    return parent;
  }

  long startMillis() {
    return startMillis;
  }

  /** When it ended; 0 if it has not. */
  long endMillis() {
    return endMillis;
  }

  String status() {
    return failed ? "FAILED" : "FINISHED";
  }

  FigureSums sums() {
    return sums;
  }

  void id(String given) {
    id = given;
  }

  /** The sender's: at most {@code most} parameters that were not sent. */
  synchronized List<Pair> takeParams(int most) {
    return take(params, most);
  }

  /** The sender's: a tag that was not sent. */
  synchronized List<Pair> takeTags() {
    return take(tags, MOST_PENDING);
  }

  private static List<Pair> take(Deque<Pair> pairs, int most) {
    List<Pair> taken = new ArrayList<>();
    while (!pairs.isEmpty() && taken.size() < most) {
      taken.add(pairs.remove());
    }
    return taken;
  }

  private void put(Deque<Pair> pairs, Pair pair) {
    boolean full;
    synchronized (this) {
      full = pairs.size() == MOST_PENDING;
      if (!full) {
        pairs.add(pair);
      }
    }
    if (full) {
      sender.dropped(1, "more than %,d parameters or tags wait".formatted(MOST_PENDING));
    }
  }

  private static Pair pair(String what, String key, String value, int longest) {
    if (!key.matches("[A-Za-z0-9_\\-./ ]{1,%d}".formatted(LONGEST_KEY))) {
      throw new IllegalArgumentException(
          "%s '%s' must have a key of 1 to %d characters of A-Z a-z 0-9 _ - . / and blanks"
              .formatted(what, key, LONGEST_KEY));
    }
    if (value.length() > longest) {
      throw new IllegalArgumentException(
          "%s '%s' has %,d characters; %,d are the most"
              .formatted(what, key, value.length(), longest));
    }
    return new Pair(key, value);
  }
}
