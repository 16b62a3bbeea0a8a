package dev.mama.pg;

import dev.mama.Event.ErrorRaised;
import dev.mama.ExperimentId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one table that are written in one transaction, all or none, and only once however often
 * they are tried.
 *
 * <p>What makes it once stands in the same transaction, before the rows. A batch from memory has an
 * id, which is written to {@code batches}. A batch from the spool has a range of sequences: the
 * spool's position in {@code spools} moves from the range's beginning to its end. When a connection
 * breaks during a commit, nobody knows whether it took place; the next try finds out, because the
 * id is there already, or the position has moved. A commit that is still under way makes that try
 * wait for its outcome.
 *
 * <p>Immutable.
 *
 * @param id the id of a batch from memory, also where it went to the spool since; else null
 * @param range where the rows stand in the spool, or null of rows that do not
 */
record Batch(@Nullable UUID id, @Nullable Range range, List<Row> rows) {

  private static final String INSERT_ID =
      "insert into mama.batches (batch_id) values (?) on conflict do nothing";
  private static final String MOVE =
      "insert into mama.spools as s (spool_id, tbl, next_seq) values (?, ?, ?)"
          + " on conflict (spool_id, tbl) do update set next_seq = excluded.next_seq"
          + " where s.next_seq <= ?";

  /** The records {@code from} to {@code to} - 1 of a table's part of a spool. */
  record Range(UUID spool, Table table, long from, long to) {}

  /** A row that the database does not take, and why. */
  record Refused(Row row, String reason) {}

  Batch {
    rows = List.copyOf(rows);
  }

  static Batch of(List<Row> rows) {
    return new Batch(UUID.randomUUID(), null, rows);
  }

  /** Writes and commits, unless an earlier try did; {@code connection} has auto-commit off. */
  void write(Connection connection, Partitions partitions) throws SQLException {
    var copies = new Copies(connection, partitions::of, rows, () -> {});
    if (begin(connection)) {
      copies.all();
      connection.commit();
    } else {
      connection.rollback();
    }
  }

  /**
   * The same, but leaves out the rows that the database refuses, and puts a row into {@code errors}
   * for each; all in one transaction.
   *
   * @param eachCopy is run at each COPY
   * @return what was refused
   */
  List<Refused> writeWithout(Connection connection, Partitions partitions, Runnable eachCopy)
      throws SQLException {
    var copies = new Copies(connection, partitions::of, rows, eachCopy);
    Map<ExperimentId, String> forErrors = new HashMap<>(); // known before: to ask commits
    for (Row row : rows) {
      forErrors.put(row.experiment(), partitions.of(Table.ERRORS, row.experiment(), connection));
    }
    if (!begin(connection)) {
      connection.rollback();
      return List.of();
    }
    List<Refused> refused = copies.good();
    List<Row> errors = new ArrayList<>();
    for (Refused each : refused) {
      if (each.row().table() != Table.ERRORS) { // what cannot be written is not reported as another
        errors.add(Row.of(error(each)));
      }
    }
    Partitions.Names known = (table, of, on) -> Objects.requireNonNull(forErrors.get(of));
    new Copies(connection, known, errors, eachCopy).all();
    connection.commit();
    return refused;
  }

  /** Marks this batch as written; false if it is marked already. */
  private boolean begin(Connection connection) throws SQLException {
    if (range != null && !move(connection, range)) {
      return false;
    }
    if (id == null || insertId(connection, id)) {
      return true;
    }
    if (range != null) { // written from memory before it came to the spool
      connection.commit();
    }
    return false;
  }

  private static boolean insertId(Connection connection, UUID id) throws SQLException {
    try (var insert = connection.prepareStatement(INSERT_ID)) {
      insert.setObject(1, id);
      return insert.executeUpdate() == 1;
    }
  }

  private static boolean move(Connection connection, Range range) throws SQLException {
    try (var move = connection.prepareStatement(MOVE)) {
      move.setObject(1, range.spool());
      move.setString(2, range.table().tableName());
      move.setLong(3, range.to());
      move.setLong(4, range.from());
      return move.executeUpdate() == 1;
    }
  }

  /** The sequence of the first record that has not been written; 0 if the database knows none. */
  static long position(Connection connection, UUID spool, Table table) throws SQLException {
    try (var select =
        connection.prepareStatement(
            "select next_seq from mama.spools where spool_id = ? and tbl = ?")) {
      select.setObject(1, spool);
      select.setString(2, table.tableName());
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? row.getLong(1) : 0;
      }
    }
  }

  private static ErrorRaised error(Refused refused) {
    return new ErrorRaised(
        UUID.randomUUID(),
        refused.row().experiment(),
        Instant.now(),
        "event-log",
        refused.reason(),
        null);
  }
}
