package dev.mama.pg;

import dev.mama.ExperimentId;
import dev.mama.StorageException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * The experiments of a database as wholes: what there is, and how one leaves. For tools; each call
 * opens a connection, waits for the database on the caller's thread, and is not interruptible.
 *
 * <p>Thread-safe.
 */
public final class PgExperiments {

  private final PgDatabase database;

  private PgExperiments(PgDatabase database) {
    this.database = database;
  }

  /** The experiments of {@code database}, whose tables must have been made by a log. */
  public static PgExperiments of(PgDatabase database) {
    return new PgExperiments(database);
  }

  /**
   * An experiment that has rows.
   *
   * @param bytes what its partitions take on the server's disk, indexes included
   */
  public record Stored(ExperimentId experiment, Instant started, long bytes) {}

  /** All experiments, the oldest first. */
  public List<Stored> all() {
    return with(connection -> {
      List<Stored> all = new ArrayList<>();
      try (var select =
              connection.prepareStatement(
                  """
                  select exp_id, started,
                         (select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
                            from pg_inherits i join pg_class c on c.oid = i.inhrelid
                           where i.inhparent in (select oid from pg_class where relnamespace = 'mama'::regnamespace)
                             and c.relname ~ ('_' || number || '$'))
                    from mama.experiments order by started, number\
                  """);
          ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          all.add(
              new Stored(
                  ExperimentId.of(rows.getString(1)),
                  rows.getObject(2, OffsetDateTime.class).toInstant(),
                  rows.getLong(3)));
        }
      }
      return all;
    });
  }

  /**
   * Takes the partitions of {@code experiment} out of their tables, without waiting for those who
   * read or write other experiments. They stay as tables of their own, to be dumped or moved; later
   * rows of the experiment begin new partitions.
   *
   * @return the names of these tables, without schema; none if there is no such experiment
   */
  public List<String> detach(ExperimentId experiment) {
    return with(connection -> {
      List<String> detached = new ArrayList<>();
      for (Table table : Table.values()) {
        String partition = partition(connection, table, experiment);
        if (partition != null) {
          execute(
              connection,
              "alter table mama.%s detach partition mama.%s concurrently"
                  .formatted(table.tableName(), partition));
          detached.add(partition);
        }
      }
      try (var delete =
          connection.prepareStatement("delete from mama.experiments where exp_id = ?")) {
        delete.setString(1, experiment.value());
        delete.executeUpdate();
      }
      return detached;
    });
  }

  /**
   * Deletes all that {@code experiment} recorded.
   *
   * @return how many partitions went
   */
  public int drop(ExperimentId experiment) {
    List<String> detached = detach(experiment);
    return with(connection -> {
      for (String partition : detached) {
        execute(connection, "drop table mama." + partition);
      }
      return detached.size();
    });
  }

  /**
   * Writes the rows of {@code experiment} into {@code folder}, a CSV file with a header for each
   * table that has some, in order of time.
   *
   * @return the rows of each file, by table; none if there is no such experiment
   * @throws IOException if a file cannot be written
   */
  public Map<String, Long> exportCsv(ExperimentId experiment, Path folder) throws IOException {
    Map<String, Long> rows = new TreeMap<>();
    for (Table table : Table.values()) {
      Path file = folder.resolve(table.tableName() + ".csv");
      Long written = csv(table, experiment, file);
      if (written != null) {
        rows.put(table.tableName(), written);
      }
    }
    return rows;
  }

  private @Nullable Long csv(Table table, ExperimentId experiment, Path file) throws IOException {
    return withFiles(connection -> {
      String partition = partition(connection, table, experiment);
      if (partition == null) {
        return null;
      }
      try (var out = new BufferedOutputStream(Files.newOutputStream(file))) {
        return connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyOut(
                "copy (select %s from mama.%s order by ts, %s) to stdout (format csv, header)"
                    .formatted(table.columnList(), partition, table.idColumn()),
                out);
      }
    });
  }

  /** Has the server look at what was written, so that it plans well at once after a bulk load. */
  public void analyze(ExperimentId experiment) {
    with(connection -> {
      for (Table table : Table.values()) {
        String partition = partition(connection, table, experiment);
        if (partition != null) {
          execute(connection, "analyze mama." + partition);
        }
      }
      return experiment;
    });
  }

  private static @Nullable String partition(
      Connection connection, Table table, ExperimentId experiment) throws SQLException {
    try (var select =
        connection.prepareStatement(
            """
            select c.relname from mama.experiments e
              join pg_class c on c.relname = ? || '_' || e.number and c.relnamespace = 'mama'::regnamespace
              join pg_inherits i on i.inhrelid = c.oid
             where e.exp_id = ?\
            """)) {
      select.setString(1, table.tableName());
      select.setString(2, experiment.value());
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? row.getString(1) : null;
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private interface Work<R extends @Nullable Object> {
    R in(Connection connection) throws SQLException, IOException;
  }

  private <R extends @Nullable Object> R with(Work<R> work) {
    try {
      return withFiles(work);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private <R extends @Nullable Object> R withFiles(Work<R> work) throws IOException {
    try (Connection connection = database.source().getConnection()) {
      return work.in(connection);
    } catch (SQLException e) {
      throw new StorageException(
          "%s could not be asked: %s".formatted(database, Fault.reason(e)), e);
    }
  }
}
