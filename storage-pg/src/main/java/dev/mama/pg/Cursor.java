package dev.mama.pg;

import dev.mama.Event;
import dev.mama.ExperimentId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A server-side cursor over an experiment's events in order of time; sees what was written when it
 * was opened, and holds a connection until it is closed or has come to its end.
 *
 * <p>Thread-safe.
 */
final class Cursor {

  private static final int PAGE = 1_000;

  private final DataSource connections;
  private final ExperimentId experiment;
  private @Nullable Connection connection;
  private @Nullable ResultSet rows;
  private boolean ended;

  Cursor(DataSource connections, ExperimentId experiment) {
    this.connections = connections;
    this.experiment = experiment;
  }

  /** The next events, at most 1,000; none at the end. */
  synchronized List<Event> next() throws SQLException {
    List<Event> page = new ArrayList<>();
    if (ended) {
      return page;
    }
    ResultSet from = rows == null ? open() : rows;
    while (page.size() < PAGE && from.next()) {
      page.add(Row.read(from, experiment));
    }
    if (page.size() < PAGE) {
      close();
    }
    return page;
  }

  synchronized void close() throws SQLException {
    ended = true;
    if (connection != null) {
      connection.close(); // and with it the statement and its rows
      connection = null;
      rows = null;
    }
  }

  private ResultSet open() throws SQLException {
    connection = connections.getConnection(); // auto-commit is off: what makes it a cursor
    PreparedStatement select = connection.prepareStatement(Table.SELECT_ALL);
    select.setFetchSize(PAGE);
    for (int i = 1; i <= Table.values().length; i++) {
      select.setString(i, experiment.value());
    }
    rows = select.executeQuery();
    return rows;
  }
}
