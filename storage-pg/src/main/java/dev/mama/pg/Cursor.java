package dev.mama.pg;

import dev.mama.Event;
import dev.mama.pg.EventQuery.Position;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The events that a query wants, in order of time and id, out of all tables: each table has a
 * cursor of its own on the server, in its own order, and they are merged here. Sees what was
 * written when it was opened, and holds a connection until it is closed or has come to its end.
 *
 * <p>Thread-safe.
 */
final class Cursor {

  private static final int PAGE = 1_000;

  private final DataSource connections;
  private final EventQuery query;
  private final PriorityQueue<Source> sources =
      new PriorityQueue<>(Comparator.comparing((Source source) -> source.position));
  private @Nullable Connection connection;
  private boolean ended;

  Cursor(DataSource connections, EventQuery query) {
    this.connections = connections;
    this.query = query;
  }

  /** The next events, at most 1,000; none at the end. */
  synchronized List<Event> next() throws SQLException {
    List<Event> page = new ArrayList<>();
    if (ended) {
      return page;
    }
    if (connection == null) {
      connection = open();
    }
    for (Source first = sources.poll(); first != null; first = sources.poll()) {
      page.add(first.take());
      if (first.advance()) {
        sources.add(first);
      }
      if (page.size() == PAGE) {
        return page;
      }
    }
    close();
    return page;
  }

  synchronized void close() throws SQLException {
    ended = true;
    sources.clear();
    if (connection != null) {
      connection.close(); // and with it the statements and their rows
      connection = null;
    }
  }

  private Connection open() throws SQLException {
    Connection opened = connections.getConnection(); // auto-commit is off: what makes a cursor
    try {
      try (var isolation = opened.createStatement()) {
        isolation.execute("set transaction isolation level repeatable read, read only");
      }
      for (Table table : Table.values()) {
        if (Selection.includes(query, table)) {
          var source = new Source(table, new Selection(query, table).prepare(opened));
          if (source.advance()) {
            sources.add(source);
          }
        }
      }
      return opened;
    } catch (SQLException e) {
      opened.close();
      throw e;
    }
  }

  /** One table's rows. */
  private static final class Source {
    private final Table table;
    private final ResultSet rows;
    private @Nullable Event event;
    private Position position = new Position(Instant.MIN, new UUID(0, 0));

    Source(Table table, PreparedStatement select) throws SQLException {
      this.table = table;
      select.setFetchSize(PAGE / 2);
      this.rows = select.executeQuery();
    }

    boolean advance() throws SQLException {
      if (!rows.next()) {
        rows.getStatement().close();
        return false;
      }
      event = read();
      position = Position.of(event);
      return true;
    }

    Event take() {
      return Objects.requireNonNull(event);
    }

    private Event read() throws SQLException {
      List<Column> columns = table.columns();
      @Nullable Object[] values = new @Nullable Object[columns.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = value(columns.get(i), i + 1);
      }
      return EventColumns.read(table, values);
    }

    private @Nullable Object value(Column column, int index) throws SQLException {
      Object value =
          switch (column.type()) {
            case TEXT -> rows.getString(index);
            case TIME -> rows.getObject(index, OffsetDateTime.class).toInstant();
            case JSON -> {
              String json = rows.getString(index);
              yield json == null ? null : json.getBytes(StandardCharsets.UTF_8);
            }
            case UUID -> rows.getObject(index, UUID.class);
            case LONG -> rows.getLong(index);
            case DOUBLE -> rows.getDouble(index);
          };
      return rows.wasNull() ? null : value;
    }
  }
}
