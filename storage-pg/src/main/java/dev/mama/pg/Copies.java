package dev.mama.pg;

import dev.mama.pg.Batch.Refused;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Rows on their way into their partitions, one COPY for each.
 *
 * <p>Confined to the thread that writes.
 */
final class Copies {

  /** The place of the row that made a COPY fail: "COPY messages_17, line 51, column payload". */
  private static final Pattern LINE = Pattern.compile("COPY \\S+, line (\\d+)");

  /** What is sent at a time: the server reads the rows of one chunk while the next one travels. */
  private static final int CHUNK_BYTES = 1 << 16;

  /** Where rows go. */
  private record Part(Table table, String partition) {
    String copySql() {
      return table.copySql(partition);
    }
  }

  private final Connection connection;
  private final CopyManager copy;
  private final Map<Part, List<Row>> parts = new LinkedHashMap<>();
  private final Runnable eachCopy;

  /**
   * Makes the partitions that are missing, which commits what is under way.
   *
   * @param eachCopy is run at each COPY
   */
  Copies(Connection connection, Partitions.Names partitions, List<Row> rows, Runnable eachCopy)
      throws SQLException {
    this.eachCopy = eachCopy;
    this.connection = connection;
    this.copy = connection.unwrap(PGConnection.class).getCopyAPI();
    for (Row row : rows) {
      String partition = partitions.of(row.table(), row.experiment(), connection);
      parts.computeIfAbsent(new Part(row.table(), partition), part -> new ArrayList<>()).add(row);
    }
  }

  void all() throws SQLException {
    for (var part : parts.entrySet()) {
      copy(part.getKey().copySql(), part.getValue());
    }
  }

  /** Writes what can be written and is not there; returns what cannot. */
  List<Refused> good() throws SQLException {
    List<Refused> refused = new ArrayList<>();
    for (var part : parts.entrySet()) {
      good(part.getKey().copySql(), part.getValue(), refused);
    }
    return refused;
  }

  /*
   * The server says at which row it failed, so a bad row costs two more tries: the rows before it, which
   * are good, and those after it. Where it does not say, the rows are halved.
   */
  private void good(String sql, List<Row> rows, List<Refused> refused) throws SQLException {
    List<Row> rest = rows;
    while (!rest.isEmpty()) {
      Savepoint before = connection.setSavepoint();
      try {
        copy(sql, rest);
        return;
      } catch (SQLException e) {
        if (Fault.of(e) != Fault.ROW) {
          throw e;
        }
        connection.rollback(before);
        int bad = rest.size() == 1 ? 0 : line(e) - 1;
        if (bad < 0 || bad >= rest.size()) {
          int middle = rest.size() / 2;
          good(sql, rest.subList(0, middle), refused);
          rest = rest.subList(middle, rest.size());
        } else {
          good(sql, rest.subList(0, bad), refused);
          if (!Fault.isThere(e)) {
            refused.add(new Refused(rest.get(bad), reason(rest.get(bad), e)));
          }
          rest = rest.subList(bad + 1, rest.size());
        }
      }
    }
  }

  private void copy(String sql, List<Row> rows) throws SQLException {
    eachCopy.run();
    int size = CopyRow.HEADER.length + CopyRow.TRAILER.length;
    for (Row row : rows) {
      size += row.bytes();
    }
    ByteBuffer bytes = ByteBuffer.allocate(size).put(CopyRow.HEADER);
    for (Row row : rows) {
      bytes.put(row.encoded().duplicate());
    }
    bytes.put(CopyRow.TRAILER).flip();
    try (var in = new ByteArrayInputStream(bytes.array(), 0, bytes.limit())) {
      copy.copyIn(sql, in, CHUNK_BYTES);
    } catch (IOException e) {
      throw new SQLException("connection broke during COPY", "08006", e);
    }
  }

  /** The number of the row that failed, from 1 on; 0 if the server did not say. */
  private static int line(SQLException e) {
    ServerErrorMessage said = e instanceof PSQLException p ? p.getServerErrorMessage() : null;
    Matcher line = LINE.matcher(said == null ? "" : String.valueOf(said.getWhere()));
    return line.find() ? Integer.parseInt(line.group(1)) : 0;
  }

  private static String reason(Row row, SQLException e) {
    return "event %s could not be written to table %s: %s"
        .formatted(row.id(), row.table().tableName(), Fault.reason(e));
  }
}
