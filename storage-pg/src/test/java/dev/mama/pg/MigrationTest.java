package dev.mama.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.Event.AgentStarted;
import dev.mama.Event.ErrorRaised;
import dev.mama.Event.MessageSent;
import dev.mama.Event.StateRecorded;
import dev.mama.ExperimentId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a database that an earlier version has written. */
final class MigrationTest {

  private TestDatabase server;

  @BeforeEach
  void start() throws Exception {
    server = TestDatabase.embedded();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void open_tablesOfTheFirstVersion_keepsTheirRows() throws Exception {
    PgDatabase database = server.database();
    Flyway.configure(MigrationTest.class.getClassLoader())
        .dataSource(database.jdbcUrl(), database.user(), database.password())
        .locations("classpath:dev/mama/pg/migration")
        .schemas("mama")
        .defaultSchema("mama")
        .createSchemas(true)
        .target("1")
        .load()
        .migrate();
    String trace = "'0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'";
    for (String quoted : List.of("'one'", "'two'")) {
      server.execute(
          "insert into mama.agents values (%s, 'a', now(), 'scout', null, '%s')"
              .formatted(quoted, UUID.randomUUID()));
      server.execute(
          "insert into mama.states values (%s, 'a', now(), '{\"n\": 1}', 'Count', %s, '%s')"
              .formatted(quoted, trace, UUID.randomUUID()));
      server.execute(
          "insert into mama.messages values (%s, 'a', 'b', now(), 'agent-chat', 'Text', '{}', %s, '%s')"
              .formatted(quoted, trace, UUID.randomUUID()));
      server.execute(
          "insert into mama.errors values (%s, now(), 'llm', 'none', null, null, '%s')"
              .formatted(quoted, UUID.randomUUID()));
    }
    try (var log = PgEventLog.open(database)) {
      for (String exp : List.of("one", "two")) {
        List<Class<?>> kinds = new ArrayList<>();
        log.read(ExperimentId.of(exp), event -> kinds.add(event.getClass()));
        assertThat(kinds)
            .containsExactlyInAnyOrder(
                AgentStarted.class, StateRecorded.class, MessageSent.class, ErrorRaised.class);
      }
    }
  }
}
