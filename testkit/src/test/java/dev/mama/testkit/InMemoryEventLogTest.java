package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.Payload;
import dev.mama.StorageException;
import dev.mama.runtime.InMemoryEventLog;
import dev.mama.spi.EventLog;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class InMemoryEventLogTest extends EventLogContract {

  @Override
  protected EventLog newLog() {
    return new InMemoryEventLog();
  }

  @Test
  void append_overCapacity_isRefusedInOneLine() {
    try (var small = new InMemoryEventLog(2)) {
      small.append(aMessage(anExperiment(), Instant.now(), Payload.text("one")));
      small.append(aMessage(anExperiment(), Instant.now(), Payload.text("two")));
      assertThatThrownBy(
              () -> small.append(aMessage(anExperiment(), Instant.now(), Payload.text("three"))))
          .isInstanceOf(StorageException.class)
          .hasMessage("the in-memory log is full (2 events); raise its capacity or use a database");
    }
  }
}
