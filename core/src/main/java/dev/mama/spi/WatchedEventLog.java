package dev.mama.mlflow;

import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.spi.EventLog;
import java.util.function.Consumer;

/**
 * A log whose events a run looks at, once the log has accepted them.
 *
 * <p>Thread-safe.
 */
final class WatchedEventLog implements EventLog {

  private final EventLog log;
  private final MlflowRun run;

  WatchedEventLog(EventLog log, MlflowRun run) {
    this.log = log;
    this.run = run;
  }

  @Override
  public String name() {
    return log.name();
  }

  @Override
  public void append(Event event) throws InterruptedException {
    log.append(event);
    switch (event) {
      case Event.MetricRecorded e -> run.metric(e.name(), e.value());
      case Event.MessageSent e -> run.count("mama.messages", 1);
      case Event.ErrorRaised e -> run.count("mama.errors", 1);
      case Event.ModelCalled e -> {
        run.count("mama.model.calls", 1);
        run.count("mama.model.tokens", (long) e.promptTokens() + e.completionTokens());
      }
      default -> {}
    }
  }

  @Override
  public void flush() throws InterruptedException {
    log.flush();
  }

  @Override
  public void read(ExperimentId experiment, Consumer<Event> reader) throws InterruptedException {
    log.read(experiment, reader);
  }

  @Override
  public void close() {
    log.close();
  }
}
