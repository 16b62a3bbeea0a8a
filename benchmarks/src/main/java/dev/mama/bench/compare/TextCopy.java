package dev.mama.bench.compare;

import dev.mama.pg.PgDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;

/** COPY in text format through the same driver, the text made beforehand. */
public final class TextCopy implements RowWriter {

  private final PgDatabase database;

  public TextCopy(PgDatabase database) {
    this.database = database;
  }

  @Override
  public String name() {
    return "text-copy.rate";
  }

  @Override
  public long write(String table, String experiment, int rows, int batch)
      throws IOException, SQLException {
    try (Connection connection = SourceRows.connect(database, "")) {
      String other = "text-" + experiment;
      String partition = SourceRows.emptyPartition(connection, table, other);
      List<byte[]> parts = SourceRows.text(connection, table, experiment, other, batch);
      String sql =
          "copy mama.%s (%s) from stdin"
              .formatted(partition, String.join(", ", SourceRows.columns(table)));
      var copy = connection.unwrap(PGConnection.class).getCopyAPI();
      long start = System.nanoTime();
      for (byte[] part : parts) {
        copy.copyIn(sql, new ByteArrayInputStream(part), 1 << 16);
      }
      return System.nanoTime() - start;
    }
  }
}
