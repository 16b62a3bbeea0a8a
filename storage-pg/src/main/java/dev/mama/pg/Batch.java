package dev.mama.pg;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.postgresql.PGConnection;
import org.postgresql.util.ByteStreamWriter;

/**
 * Rows that are written in one transaction, all or none, and only once however often they are
 * tried.
 *
 * <p>The batch's id is written first, in the same transaction. When a connection breaks during a
 * commit, nobody knows whether it took place; the next try finds out, because the id is then there
 * already. A commit that is still under way makes that try wait for its outcome.
 *
 * <p>Immutable.
 */
record Batch(UUID id, List<Row> rows) {

  private static final String INSERT_ID =
      "insert into mama.batches (batch_id) values (?) on conflict do nothing";

  static Batch of(List<Row> rows) {
    return new Batch(UUID.randomUUID(), List.copyOf(rows));
  }

  /** Writes and commits, unless an earlier try did; {@code connection} has auto-commit off. */
  void write(Connection connection, Partitions partitions) throws SQLException {
    Map<String, List<ByteBuffer>> parts = parts(connection, partitions);
    if (!insertId(connection)) {
      connection.rollback();
      return;
    }
    var copy = connection.unwrap(PGConnection.class).getCopyAPI();
    for (var part : parts.entrySet()) {
      try {
        copy.copyIn(part.getKey(), ByteStreamWriter.of(part.getValue().toArray(ByteBuffer[]::new)));
      } catch (IOException e) {
        throw new SQLException("connection broke during COPY", "08006", e);
      }
    }
    connection.commit();
  }

  /** What goes into each partition, by the statement that writes it. */
  private Map<String, List<ByteBuffer>> parts(Connection connection, Partitions partitions)
      throws SQLException {
    Map<String, List<ByteBuffer>> parts = new LinkedHashMap<>();
    for (Row row : rows) {
      String partition = partitions.of(row.table(), row.experiment(), connection);
      parts
          .computeIfAbsent(
              row.table().copySql(partition),
              sql -> new ArrayList<>(List.of(ByteBuffer.wrap(CopyRow.HEADER))))
          .add(row.encoded().duplicate());
    }
    parts.values().forEach(part -> part.add(ByteBuffer.wrap(CopyRow.TRAILER)));
    return parts;
  }

  private boolean insertId(Connection connection) throws SQLException {
    try (var insert = connection.prepareStatement(INSERT_ID)) {
      insert.setObject(1, id);
      return insert.executeUpdate() == 1;
    }
  }
}
