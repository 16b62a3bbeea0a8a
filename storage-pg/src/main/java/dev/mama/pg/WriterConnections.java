package dev.mama.pg;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The few connections that writers share. Not a pool that waits for the database: where that is
 * away, a writer must know at once, because rows go on coming.
 *
 * <p>Thread-safe.
 */
final class WriterConnections implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(WriterConnections.class);

  private final DataSource source;
  private final Semaphore permits;
  private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();

  WriterConnections(DataSource source, int most) {
    this.source = source;
    this.permits = new Semaphore(most, true);
  }

  /** A connection with auto-commit off; waits while all are in use. */
  Connection take() throws SQLException, InterruptedException {
    permits.acquire();
    Connection connection = idle.pollFirst();
    if (connection == null) {
      try {
        connection = source.getConnection();
        connection.setAutoCommit(false);
      } catch (SQLException | RuntimeException e) {
        permits.release();
        throw e;
      }
    }
    return connection;
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
