package dev.mama.spi;

import dev.mama.Event;
import dev.mama.ExperimentId;
import java.util.function.Consumer;

/** See {@link EventLog#watchedBy}. */
record WatchedEventLog(EventLog log, Consumer<Event> watcher) implements EventLog {

  @Override
  public String name() {
    return log.name();
  }

  @Override
  public void append(Event event) throws InterruptedException {
    log.append(event);
    watcher.accept(event);
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
