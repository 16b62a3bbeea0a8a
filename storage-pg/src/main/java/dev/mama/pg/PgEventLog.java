package dev.mama.pg;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.StorageException;
import dev.mama.spi.EventLog;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * An event log in PostgreSQL: a table of the schema {@code mama} for each kind of event, with a
 * partition for each experiment, every row written by COPY in binary format.
 *
 * <p>The tables have a schema of their own, and every statement names it, because an application's
 * own tables may bear the same names and no {@code search_path} need be set. They are made and
 * brought up to date when a log is opened.
 *
 * <p>Accepted events wait in a bounded queue for each table; a thread takes them in batches of
 * {@link PgDatabase#flushRows} or what came within {@link PgDatabase#flushInterval}, each batch one
 * transaction, so that a table holds the beginning of what was accepted for it, and all of it once,
 * even where a connection broke during a commit. While the database is away, rows go to the {@link
 * Spool} and are written in order when it is back; without one, the batch is tried again and {@link
 * #append} waits when the queue is full. {@link #flush} waits either way. An event that the
 * database refuses is left out, reported in table {@code errors}, and named by the next {@code
 * flush} and by {@code close}. A message whose id is there already is not written again, and is no
 * such event: a group that was killed meanwhile records it twice.
 *
 * <p>PostgreSQL holds no character U+0000, no half of a surrogate pair, and no time beyond its
 * range: {@link #append} refuses such an event. It keeps the meaning of JSON, not its spelling: the
 * order of fields and spaces may differ when read.
 *
 * <p>Whatever thread calls, only the log's own threads touch a connection, so an interruption
 * breaks none. At most {@link PgDatabase#connections} are open, half of them the writers'; each
 * {@link #read} in progress holds one of the others.
 *
 * <p>Thread-safe.
 */
public final class PgEventLog implements EventLog, EventSource {

  private static final String NAME = "postgresql";

  private final PgDatabase database;
  private final HikariDataSource pool;
  private final Lanes lanes;
  private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();

  private PgEventLog(PgDatabase database, HikariDataSource pool, Lanes lanes) {
    this.database = database;
    this.pool = pool;
    this.lanes = lanes;
  }

  /**
   * Connects, and makes the tables or brings them up to date. Waits for the database at most its
   * connect timeout per connection; not interruptible.
   *
   * @throws StorageException if the database does not answer, refuses, or is none of PostgreSQL;
   *     one line that names it without password, and what to do
   */
  public static PgEventLog open(PgDatabase database) {
    return open(database, new SimpleMeterRegistry());
  }

  /**
   * The same, with meters {@code mama.storage…} in {@code meters}, tagged {@code store=postgresql}:
   * what waits, in memory and in the spool, since when, and how fast it is written.
   */
  public static PgEventLog open(PgDatabase database, MeterRegistry meters) {
    String name = "mama-" + UUID.randomUUID().toString().substring(0, 8);
    PGSimpleDataSource source;
    try {
      source = source(database, name);
      prepare(source);
    } catch (SQLException e) {
      throw new StorageException(explain(database, e), e);
    } catch (FlywayException | IllegalArgumentException e) {
      throw new StorageException(
          "the schema 'mama' in %s could not be set up: %s; check the URL and that the user may create it"
              .formatted(database, Fault.reason(e)),
          e);
    }
    var config = new HikariConfig();
    config.setPoolName(name);
    config.setDataSource(source);
    config.setAutoCommit(false);
    int writing = Math.max(1, database.connections() / 2);
    config.setMaximumPoolSize(database.connections() - writing);
    config.setMinimumIdle(0);
    config.setInitializationFailTimeout(-1);
    config.setConnectionTimeout(database.connectTimeout().toMillis());
    var pool = new HikariDataSource(config);
    SpoolFolder spool = null;
    try (var connection = source.getConnection()) {
      spool = database.spool() == null ? null : SpoolFolder.open(database.spool());
      var lanes =
          new Lanes(
              database,
              new WriterConnections(source(database, name), writing),
              spool,
              new StorageMeters(meters, NAME),
              name);
      lanes.start(connection);
      return new PgEventLog(database, pool, lanes);
    } catch (SQLException e) {
      throw freeing(pool, spool, new StorageException(explain(database, e), e));
    } catch (RuntimeException e) {
      throw freeing(pool, spool, e);
    }
  }

  private static PGSimpleDataSource source(PgDatabase database, String name) {
    PGSimpleDataSource source = database.source();
    int seconds = Math.toIntExact(database.connectTimeout().toSeconds());
    source.setConnectTimeout(seconds);
    source.setLoginTimeout(seconds);
    source.setApplicationName(name);
    source.setTcpKeepAlive(true);
    return source;
  }

  private static RuntimeException freeing(
      HikariDataSource pool, @Nullable SpoolFolder spool, RuntimeException failure) {
    pool.close();
    if (spool != null) {
      spool.close(false);
    }
    return failure;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void append(Event event) throws InterruptedException {
    Row row;
    try {
      row = Row.of(event);
    } catch (IllegalArgumentException e) {
      throw new StorageException(
          "event %s holds %s, which PostgreSQL cannot keep; remove it before recording"
              .formatted(event.id(), e.getMessage()),
          e);
    }
    lanes.append(row);
  }

  @Override
  public void flush() throws InterruptedException {
    lanes.flush();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Sees what is written when it begins. The reader is called on the caller's thread; it may use
   * this log.
   */
  @Override
  public void read(ExperimentId experiment, Consumer<Event> reader) throws InterruptedException {
    read(EventQuery.all(experiment), reader);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The cursor sees what is written when it is first asked for events, and holds a connection
   * until it is closed or has come to its end.
   */
  @Override
  public EventCursor open(EventQuery query) {
    var cursor = new Cursor(pool, query);
    return new EventCursor() {
      @Override
      public List<Event> next() throws InterruptedException {
        return ask(cursor::next);
      }

      @Override
      public void close() {
        release(cursor);
      }
    };
  }

  /**
   * Rows of {@code experiment} per table, as counted in the database; for reports.
   *
   * @throws StorageException if they cannot be counted
   */
  public Map<String, Long> countRows(ExperimentId experiment) throws InterruptedException {
    return ask(() -> {
      Map<String, Long> counts = new LinkedHashMap<>();
      try (var connection = pool.getConnection()) {
        for (Table table : Table.values()) {
          try (var select = select(connection, table.countSql(), experiment);
              var rows = select.executeQuery()) {
            counts.put(table.tableName(), firstLong(rows));
          }
        }
      }
      return counts;
    });
  }

  /**
   * The ids of all rows of {@code experiment} in the database, to be compared with those noted when
   * they were recorded.
   *
   * @throws StorageException if they cannot be read
   */
  public Set<UUID> ids(ExperimentId experiment) throws InterruptedException {
    return ask(() -> {
      Set<UUID> ids = new HashSet<>();
      try (var connection = pool.getConnection()) {
        for (Table table : Table.values()) {
          try (var select = select(connection, table.idsSql(), experiment);
              var rows = select.executeQuery()) {
            while (rows.next()) {
              ids.add(rows.getObject(1, UUID.class));
            }
          }
        }
      }
      return ids;
    });
  }

  /**
   * Connections of this log that the server counts, this question's included.
   *
   * @throws StorageException if the server does not say
   */
  public int connections() throws InterruptedException {
    return ask(() -> {
      try (var connection = pool.getConnection();
          var select =
              connection.prepareStatement(
                  "select count(*) from pg_stat_activity"
                      + " where application_name = current_setting('application_name')");
          var rows = select.executeQuery()) {
        return Math.toIntExact(firstLong(rows));
      }
    });
  }

  /**
   * {@inheritDoc}
   *
   * <p>Tries for at most {@link PgDatabase#closeTimeout}; not interruptible. Closing again does
   * nothing, but says again what was lost.
   */
  @Override
  public void close() {
    lanes.close();
    readers.shutdown();
    pool.close();
    lanes.throwIfLost();
  }

  private static void prepare(PGSimpleDataSource source) throws SQLException {
    source.getConnection().close(); // its failure is clearer than Flyway's
    Flyway.configure(PgEventLog.class.getClassLoader())
        .dataSource(source)
        .locations("classpath:dev/mama/pg/migration")
        .schemas("mama")
        .defaultSchema("mama")
        .createSchemas(true)
        .load()
        .migrate();
    try (var connection = source.getConnection();
        var statement = connection.createStatement()) {
      // Only a batch that is being tried needs its id.
      statement.executeUpdate("delete from mama.batches where ts < now() - interval '1 day'");
    }
  }

  private static String explain(PgDatabase database, SQLException e) {
    String state = String.valueOf(e.getSQLState());
    String next =
        state.startsWith("28")
            ? "check user and password"
            : state.startsWith("3D")
                ? "create it, or name another"
                : "check that a PostgreSQL listens there";
    return "database %s cannot be opened: %s; %s".formatted(database, Fault.reason(e), next);
  }

  /** Has {@code question} answered by a thread of the log's own. */
  private <R> R ask(Callable<R> question) throws InterruptedException {
    Future<R> answer;
    try {
      answer = readers.submit(question);
    } catch (RejectedExecutionException e) {
      throw new StorageException("the log to %s is closed".formatted(database), e);
    }
    try {
      return answer.get();
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new StorageException(
          "%s could not be read: %s".formatted(database, Fault.reason(cause)), cause);
    }
  }

  private void release(Cursor cursor) {
    try {
      readers.execute(() -> {
        try {
          cursor.close();
        } catch (SQLException e) {
          // The pool has noticed too, and does not use that connection again.
        }
      });
    } catch (RejectedExecutionException e) {
      // The log was closed meanwhile, and all its connections with it.
    }
  }

  private static PreparedStatement select(
      Connection connection, String sql, ExperimentId experiment) throws SQLException {
    PreparedStatement select = connection.prepareStatement(sql);
    select.setString(1, experiment.value());
    return select;
  }

  private static long firstLong(ResultSet rows) throws SQLException {
    rows.next();
    return rows.getLong(1);
  }
}
