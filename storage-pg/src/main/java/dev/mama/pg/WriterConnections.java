package dev.mama.pg;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The few connections that writers share. Not a pool that waits for the database: where that is
 * away, a writer must know at once, because rows go on coming; and one that has fallen silent is
 * away, too, though no connection has broken.
 *
 * <p>Thread-safe.
 */
final class WriterConnections implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(WriterConnections.class);

  /** Where the URL sets none: after so long without an answer the connection is given up. */
  private static final int SILENT_SECONDS = 60;

  /**
   * Less, so that waiting for somebody's lock ends with an answer and not with a cut connection.
   */
  private static final String LOCK_LIMIT = "set lock_timeout = '40s'";

  private final PGSimpleDataSource source;
  private final Semaphore permits;
  private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();

  WriterConnections(PGSimpleDataSource source, int most) {
    this.source = source;
    if (source.getSocketTimeout() == 0) {
      source.setSocketTimeout(SILENT_SECONDS);
    }
    this.permits = new Semaphore(most, true);
  }

  /** A connection with auto-commit off; waits while all are in use. */
  Connection take() throws SQLException, InterruptedException {
    permits.acquire();
    Connection connection = idle.pollFirst();
    if (connection == null) {
      try {
        connection = open();
      } catch (SQLException | RuntimeException e) {
        permits.release();
        throw e;
      }
    }
    return connection;
  }

  private Connection open() throws SQLException {
    Connection connection = source.getConnection();
    try (var statement = connection.createStatement()) {
      statement.execute(LOCK_LIMIT);
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      close(connection);
      throw e;
    }
  }

  /** Takes it back; one that has failed is closed. */
  void giveBack(Connection connection, boolean good) {
    if (good) {
      idle.addFirst(connection);
    } else {
      close(connection);
    }
    permits.release();
  }

  @Override
  public void close() {
    for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
      close(connection);
    }
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      log.debug("a connection could not be closed: {}", Fault.reason(e));
    }
  }
}
