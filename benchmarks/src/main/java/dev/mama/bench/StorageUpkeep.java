package dev.mama.bench;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Trace;
import dev.mama.embedded.EmbeddedDatabase;
import dev.mama.pg.PgDatabase;
import dev.mama.pg.PgEventLog;
import dev.mama.pg.PgExperiments;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;

/**
 * How long do questions take after a bulk load, once the server has analyzed what came, and once it
 * has vacuumed it? Meanwhile its own housekeeping is off. A few of a thousand agents say most.
 */
final class StorageUpkeep {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("upkeep");
  private static final Instant START = Instant.parse("2026-06-01T12:00:00Z");
  private static final int AGENTS = 1_000;
  private static final int TIMES = 5;

  /** What is asked, by the name of its figure. */
  private static final Map<String, String> QUESTIONS =
      new TreeMap<>(
          Map.of(
              "count",
              """
              select count(*) from mama.messages
              where exp_id = 'upkeep' and ts >= '2026-06-01T12:01:00Z'
              """,
              "history",
              """
              select * from mama.messages
              where exp_id = 'upkeep' and src = 'agent-900' order by ts limit 100
              """,
              "partners",
              """
              select dst, count(*) from mama.messages
              where exp_id = 'upkeep' and src in ('agent-900', 'agent-901') group by dst
              """,
              "answers",
              """
              select m.src, count(*) from mama.messages m
              join mama.messages n on n.exp_id = m.exp_id and n.src = m.dst
                and n.ts between m.ts and m.ts + interval '50 ms'
              where m.exp_id = 'upkeep' and m.src = 'agent-900' group by m.src
              """));

  private final EmbeddedDatabase server;
  private final PgDatabase database;
  private final int rows;

  StorageUpkeep(EmbeddedDatabase server, int rows) {
    this.server = server;
    this.database =
        PgDatabase.of(server.jdbcUrl(), server.user(), server.password())
            .withQueue(40_000, 10_000, Duration.ofMillis(200));
    this.rows = rows;
  }

  List<Figure> run() throws InterruptedException, SQLException {
    try (var connection =
        DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password())) {
      execute(connection, "alter system set autovacuum = off");
      execute(connection, "select pg_reload_conf()");
      load();
      List<Figure> figures = new ArrayList<>(ask(connection, "loaded"));
      PgExperiments.of(database).analyze(EXPERIMENT);
      figures.addAll(ask(connection, "analyzed"));
      execute(connection, "vacuum mama.messages");
      figures.addAll(ask(connection, "vacuumed"));
      execute(connection, "alter system reset autovacuum");
      execute(connection, "select pg_reload_conf()");
      return figures;
    }
  }

  private void load() throws InterruptedException {
    var random = new SplittableRandom(1);
    try (var log = PgEventLog.open(database)) {
      for (int i = 0; i < rows; i++) {
        int from = (int) (AGENTS * Math.pow(random.nextDouble(), 4));
        log.append(
            new Event.MessageSent(
                new UUID(random.nextLong(), random.nextLong()),
                EXPERIMENT,
                START.plusMillis(i * 10L),
                AgentId.of("agent-" + from),
                AgentId.of("agent-" + random.nextInt(AGENTS)),
                Channel.AGENT_CHAT,
                Payload.text("What would you do about number " + i + "?"),
                Trace.start()));
      }
      log.flush();
    }
  }

  private List<Figure> ask(Connection connection, String when) throws SQLException {
    List<Figure> figures = new ArrayList<>();
    for (var question : QUESTIONS.entrySet()) {
      execute(connection, question.getValue()); // reads from the disk what the others find cached
      var samples = new Samples();
      for (int i = 0; i < TIMES; i++) {
        long start = System.nanoTime();
        execute(connection, question.getValue());
        samples.add(System.nanoTime() - start);
      }
      String name = "storage.upkeep.%s.%s.millis".formatted(question.getKey(), when);
      figures.add(Figure.of(name, samples.quantile(0.5) / 1e6, "ms", TIMES));
    }
    return figures;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
