package dev.mama.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class EmbeddedDatabaseTest {

  @Test
  void start_freshFolder_isPostgres18ThatSyncs() throws Exception {
    try (var folder = RunFolder.open("test");
        var database = EmbeddedDatabase.start(folder.path())) {
      assertThat(query(database, "show server_version")).startsWith("18.");
      assertThat(query(database, "show fsync")).isEqualTo("on");
      assertThat(query(database, "show synchronous_commit")).isEqualTo("on");
    }
  }

  @Test
  void start_sameFolderAndPort_findsItsData() throws Exception {
    try (var folder = RunFolder.open("test")) {
      int port;
      try (var database = EmbeddedDatabase.start(folder.path())) {
        port = database.port();
        query(database, "create table kept as select 'here' as it; select 1");
      }
      try (var database = EmbeddedDatabase.start(folder.path(), port)) {
        assertThat(query(database, "select it from kept")).isEqualTo("here");
      }
    }
  }

  @Test
  void stopAbandoned_serverStillRuns_leavesItsDataToTheNextOne() throws Exception {
    try (var folder = RunFolder.open("test")) {
      EmbeddedDatabase.stopAbandoned(folder.path()); // nothing is there yet
      var abandoned = EmbeddedDatabase.start(folder.path());
      query(abandoned, "create table kept as select 'here' as it; select 1");
      EmbeddedDatabase.stopAbandoned(folder.path());
      assertThatThrownBy(() -> query(abandoned, "select 1")).isInstanceOf(SQLException.class);
      try (var database = EmbeddedDatabase.start(folder.path())) {
        assertThat(query(database, "select it from kept")).isEqualTo("here");
      }
    }
  }

  @Test
  void start_wrongPassword_isRefused() throws Exception {
    try (var folder = RunFolder.open("test");
        var database = EmbeddedDatabase.start(folder.path())) {
      assertThatThrownBy(
              () -> DriverManager.getConnection(database.jdbcUrl(), database.user(), "guess"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("authentication failed");
    }
  }

  @Test
  void start_portInUse_saysSoInOneLine() throws Exception {
    try (var folder = RunFolder.open("test");
        var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> EmbeddedDatabase.start(folder.path(), taken.getLocalPort()))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "port %d on 127.0.0.1 is in use; give PostgreSQL another port, or 0 for a free one",
              taken.getLocalPort());
    }
  }

  @Test
  void close_inShutdownHookAfterSigterm_leavesNoPostgres() throws Exception {
    try (var child = Child.start()) {
      child.terminate();
      // pg_ctl returns when the server has given up its files, a moment before the process is gone.
      assertThat(child.postgres().onExit()).succeedsWithin(Duration.ofSeconds(30));
      assertThat(child.folder()).doesNotExist();
    }
  }

  private static String query(EmbeddedDatabase database, String sql) throws SQLException {
    try (var connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        var statement = connection.createStatement()) {
      boolean rows = statement.execute(sql);
      while (!rows) {
        rows = statement.getMoreResults();
      }
      try (var result = statement.getResultSet()) {
        result.next();
        return result.getString(1);
      }
    }
  }
}
