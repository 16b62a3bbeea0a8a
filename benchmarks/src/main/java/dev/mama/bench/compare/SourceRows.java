package dev.mama.bench.compare;

import dev.mama.pg.PgDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.postgresql.PGConnection;

/** Rows of an experiment in PostgreSQL's text format, to be written into another partition. */
final class SourceRows {

  private SourceRows() {}

  static Connection connect(PgDatabase database, String parameters) throws SQLException {
    return DriverManager.getConnection(
        database.jdbcUrl() + parameters, database.user(), database.password());
  }

  /** The columns of {@code table}, in their order. */
  static List<String> columns(String table) {
    return switch (table) {
      case "states" ->
          List.of("exp_id", "agent_id", "ts", "kv", "kind", "trace_id", "span_id", "id");
      case "messages" ->
          List.of(
              "exp_id",
              "src",
              "dst",
              "ts",
              "channel",
              "kind",
              "payload",
              "trace_id",
              "span_id",
              "msg_id");
      default -> throw new IllegalArgumentException(table);
    };
  }

  /** Makes the partition of {@code experiment} anew, empty. */
  static String emptyPartition(Connection connection, String table, String experiment)
      throws SQLException {
    try (var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "select mama.partition('%s', '%s')".formatted(table, experiment))) {
      row.next();
      return row.getString(1);
    }
  }

  /** The rows of {@code experiment} as belonging to {@code other}, in parts of {@code batch}. */
  static List<byte[]> text(
      Connection connection, String table, String experiment, String other, int batch)
      throws SQLException, IOException {
    var out = new ByteArrayOutputStream();
    String columns = String.join(", ", columns(table).subList(1, columns(table).size()));
    connection
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyOut(
            "copy (select '%s', %s from mama.%s where exp_id = '%s' order by ts) to stdout"
                .formatted(other, columns, table, experiment),
            out);
    byte[] all = out.toByteArray();
    List<byte[]> parts = new ArrayList<>();
    int start = 0;
    int lines = 0;
    for (int i = 0; i < all.length; i++) {
      if (all[i] == '\n' && ++lines % batch == 0) {
        parts.add(Arrays.copyOfRange(all, start, i + 1));
        start = i + 1;
      }
    }
    if (start < all.length) {
      parts.add(Arrays.copyOfRange(all, start, all.length));
    }
    return parts;
  }
}
