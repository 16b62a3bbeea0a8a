package dev.mama.bench.compare;

import dev.mama.pg.PgDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** Batches of inserts that the driver rewrites to many rows each (reWriteBatchedInserts). */
public final class BatchedInserts implements RowWriter {

  private final PgDatabase database;

  public BatchedInserts(PgDatabase database) {
    this.database = database;
  }

  @Override
  public String name() {
    return "inserts.rate";
  }

  @Override
  public long write(String table, String experiment, int rows, int batch)
      throws IOException, SQLException {
    try (Connection connection = SourceRows.connect(database, "?reWriteBatchedInserts=true")) {
      String other = "inserts-" + experiment;
      String partition = SourceRows.emptyPartition(connection, table, other);
      List<byte[]> parts = SourceRows.text(connection, table, experiment, other, batch);
      List<String> columns = SourceRows.columns(table);
      String sql =
          "insert into mama.%s (%s) values (%s)"
              .formatted(
                  partition,
                  String.join(", ", columns),
                  columns.stream().map(BatchedInserts::place).collect(Collectors.joining(", ")));
      List<List<List<String>>> fields =
          parts.stream()
              .map(part ->
                  new String(part, StandardCharsets.UTF_8)
                      .lines()
                      .map(line -> List.of(line.replace("\\\\", "\\").split("\t", -1)))
                      .toList())
              .toList();
      connection.setAutoCommit(false);
      long start = System.nanoTime();
      try (var insert = connection.prepareStatement(sql)) {
        for (List<List<String>> part : fields) {
          for (List<String> row : part) {
            for (int i = 0; i < row.size(); i++) {
              insert.setString(i + 1, row.get(i));
            }
            insert.addBatch();
          }
          insert.executeBatch();
          connection.commit();
        }
      }
      return System.nanoTime() - start;
    }
  }

  private static String place(String column) {
    return switch (column) {
      case "ts" -> "?::timestamptz";
      case "kv", "payload" -> "?::jsonb";
      case "id", "msg_id" -> "?::uuid";
      default -> "?";
    };
  }
}
