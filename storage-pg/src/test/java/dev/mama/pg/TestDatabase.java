package dev.mama.pg;

import dev.mama.embedded.EmbeddedDatabase;
import dev.mama.embedded.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A database for the tests of one class: embedded, or the one that the system properties {@code
 * mama.test.pg.url}, {@code .user} and {@code .password} name.
 */
final class TestDatabase implements AutoCloseable {

  private final @Nullable RunFolder folder;
  private @Nullable EmbeddedDatabase server;
  private final PgDatabase database;
  private boolean killed;

  private TestDatabase(
      @Nullable RunFolder folder, @Nullable EmbeddedDatabase server, PgDatabase database) {
    this.folder = folder;
    this.server = server;
    this.database = database;
  }

  static TestDatabase start() throws IOException {
    String url = System.getProperty("mama.test.pg.url");
    if (url != null) {
      return new TestDatabase(
          null,
          null,
          PgDatabase.of(
              url,
              System.getProperty("mama.test.pg.user", ""),
              System.getProperty("mama.test.pg.password", "")));
    }
    return embedded();
  }

  /** For tests that stop the server. */
  static TestDatabase embedded() throws IOException {
    RunFolder folder = RunFolder.open("test");
    EmbeddedDatabase server = EmbeddedDatabase.start(folder.path());
    var started =
        new TestDatabase(
            folder, server, PgDatabase.of(server.jdbcUrl(), server.user(), server.password()));
    try {
      // A killed process loses nothing that the operating system has, and no test cuts the power.
      started.execute("alter system set fsync = off");
      started.execute("select pg_reload_conf()");
    } catch (SQLException e) {
      started.close();
      throw new IOException(e);
    }
    return started;
  }

  PgDatabase database() {
    return database;
  }

  /** A connection beside the log's. */
  Connection connect() throws SQLException {
    return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
  }

  /** Runs {@code sql} beside the log. */
  void execute(String sql) throws SQLException {
    try (var connection = connect();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Stops the server and starts it again on the same port with the same data. */
  void restart() throws IOException {
    if (server == null || folder == null) {
      throw new IllegalStateException("only an embedded database can be restarted");
    }
    int port = server.port();
    server.close();
    server = EmbeddedDatabase.start(folder.path(), port);
  }

  /** Kills the server with -9, so that nothing is tidied up. */
  void kill() throws IOException {
    if (server == null || folder == null) {
      throw new IllegalStateException("only an embedded database can be killed");
    }
    Path pid = folder.path().resolve("data/postmaster.pid");
    ProcessHandle postmaster =
        ProcessHandle.of(Long.parseLong(Files.readAllLines(pid).getFirst())).orElseThrow();
    List<ProcessHandle> all = new ArrayList<>(postmaster.descendants().toList());
    all.add(postmaster);
    postmaster.destroyForcibly();
    all.forEach(process -> process.onExit().join());
    killed = true;
  }

  /** Starts the server again where it was killed. */
  void startAgain() throws IOException {
    if (killed && server != null && folder != null) {
      server = EmbeddedDatabase.start(folder.path(), server.port());
      killed = false;
    }
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
    if (folder != null) {
      folder.close();
    }
  }
}
