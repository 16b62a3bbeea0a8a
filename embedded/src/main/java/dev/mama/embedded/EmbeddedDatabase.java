package dev.mama.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL 18 server of this run's own, from binaries on the class path.
 *
 * <p>It listens on 127.0.0.1 only, asks for a random password, and writes as safely as a server in
 * production ({@code fsync} and {@code synchronous_commit} are on). It keeps everything in the
 * folder it is given, and starting again in the same folder finds the same data.
 *
 * <p>It adds no shutdown hook, because hooks run at the same time and a database that goes away
 * first would cut off a log that is still draining: whoever starts it closes it, in order. What a
 * killed run leaves running is stopped by the next {@link RunFolder#open}, if the folder lay there,
 * or by {@link #stopAbandoned}.
 *
 * <p>PostgreSQL refuses to run as root; there it is started in a user namespace of its own.
 *
 * <p>Thread-safe.
 */
public final class EmbeddedDatabase implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);
  private static final String USER = "mama";
  private static final int TRIES = 3;
  private static final long LIMIT_SECONDS = 60;

  private final Path folder;
  private final Path programs;
  private final int port;
  private final String password;
  private boolean closed;

  private EmbeddedDatabase(Path folder, Path programs, int port, String password) {
    this.folder = folder;
    this.programs = programs;
    this.port = port;
    this.password = password;
  }

  /** Starts a server on a free port; see {@link #start(Path, int)}. */
  public static EmbeddedDatabase start(Path folder) throws IOException {
    return start(folder, 0);
  }

  /**
   * Starts a server that keeps its data in {@code folder} and answers when this returns: about one
   * second, three more when the binaries are first unpacked. Not interruptible.
   *
   * @param folder an existing folder; the server makes {@code data}, {@code password} and {@code
   *     server.log} in it, or takes up those that are there
   * @param port on 127.0.0.1; 0 for a free one
   * @throws IOException if it does not start, in one line: why, and what to do. Nothing is left
   *     running
   */
  public static EmbeddedDatabase start(Path folder, int port) throws IOException {
    Path home = folder.toAbsolutePath();
    Path programs = PostgresBinaries.unpacked().resolve("bin");
    String password = initialise(home, programs);
    for (int tries = 1; ; tries++) {
      var database = new EmbeddedDatabase(home, programs, port == 0 ? freePort() : port, password);
      try {
        database.run();
        return database;
      } catch (PortInUseException e) {
        if (port != 0 || tries == TRIES) {
          throw e;
        }
      }
    }
  }

  /**
   * Stops a server that still runs from {@code folder} though whoever started it was killed. The
   * caller has made sure that nobody else uses the folder. Takes up to 20 seconds, milliseconds
   * where there is none.
   *
   * @throws IOException if it cannot be stopped
   */
  public static void stopAbandoned(Path folder) throws IOException {
    if (!RunFolder.stopDatabases(folder.toAbsolutePath())) {
      throw new IOException(
          "a PostgreSQL that a killed run has left in %s cannot be stopped; stop it by hand"
              .formatted(folder));
    }
  }

  /** {@code jdbc:postgresql://127.0.0.1:<port>/postgres}, without user and password. */
  public String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port);
  }

  /** The superuser's name. */
  public String user() {
    return USER;
  }

  /** The superuser's password, random, made when the folder was first used. */
  public String password() {
    return password;
  }

  /** The port on 127.0.0.1. */
  public int port() {
    return port;
  }

  /**
   * Stops the server, ending its connections; the data stays in the folder. Takes up to 60 seconds,
   * usually a fraction of one; not interruptible. Closing again does nothing.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      execute(
          "stop.log",
          programs,
          folder,
          "pg_ctl",
          "-D",
          data(folder),
          "-m",
          "fast",
          "-t",
          "50",
          "-w",
          "stop");
    } catch (IOException e) {
      log.warn("PostgreSQL in {} did not stop: {}", folder, e.getMessage());
    }
  }

  private void run() throws IOException {
    Path serverLog = folder.resolve("server.log");
    Files.deleteIfExists(serverLog);
    try {
      execute(
          "start.log",
          programs,
          folder,
          "pg_ctl",
          "-D",
          data(folder),
          "-l",
          serverLog.toString(),
          "-o",
          "-p " + port,
          "-t",
          "50",
          "-w",
          "start");
    } catch (IOException e) {
      String reason = Files.exists(serverLog) ? Files.readString(serverLog) : "";
      if (reason.contains("Address already in use")) {
        throw new PortInUseException(port);
      }
      close();
      throw new IOException(
          "PostgreSQL did not start in %s: %s"
              .formatted(folder, reason.isBlank() ? e.getMessage() : fatalLine(reason)),
          e);
    }
  }

  private static String initialise(Path folder, Path programs) throws IOException {
    Path passwordFile = folder.resolve("password");
    if (Files.exists(folder.resolve("data/PG_VERSION")) && Files.exists(passwordFile)) {
      return Files.readString(passwordFile);
    }
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    Files.writeString(passwordFile, HexFormat.of().formatHex(random));
    execute(
        "initdb.log",
        programs,
        folder,
        "initdb",
        "-D",
        data(folder),
        "-U",
        USER,
        "-A",
        "scram-sha-256",
        "--pwfile=" + passwordFile,
        "--encoding=UTF8",
        "--locale=C",
        "--set=listen_addresses=127.0.0.1",
        "--set=unix_socket_directories=",
        "--set=timezone=UTC");
    return Files.readString(passwordFile);
  }

  /**
   * Runs one of PostgreSQL's programs, its output in a file, because a server would keep a pipe.
   */
  private static void execute(
      String output, Path programs, Path folder, String program, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    boolean root = Integer.valueOf(0).equals(uid(folder));
    if (root) {
      command.addAll(List.of("unshare", "-U"));
    }
    command.add(programs.resolve(program).toString());
    command.addAll(List.of(arguments));
    Path log = folder.resolve(output);
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      process.onExit().orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      process.destroyForcibly();
      throw new IOException(
          "'%s' did not end within %d s; see %s".formatted(program, LIMIT_SECONDS, log), e);
    }
    if (process.exitValue() != 0) {
      String said = lastLine(Files.readString(log));
      if (root && said.startsWith("unshare:")) {
        throw new IOException(
            ("PostgreSQL does not run as root, and a user namespace for it was denied (%s); run as"
                    + " another user, or use a database of your own by its URL")
                .formatted(said));
      }
      throw new IOException("'%s' failed: %s".formatted(program, said));
    }
  }

  private static Object uid(Path folder) throws IOException {
    return folder.getFileSystem().supportedFileAttributeViews().contains("unix")
        ? Files.getAttribute(folder, "unix:uid")
        : "none";
  }

  private static String data(Path folder) {
    return folder.resolve("data").toString();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String fatalLine(String serverLog) {
    return serverLog
        .lines()
        .filter(line -> line.contains("FATAL:"))
        .findFirst()
        .orElseGet(() -> lastLine(serverLog));
  }

  private static String lastLine(String text) {
    return text.lines().filter(line -> !line.isBlank()).reduce("", (first, second) -> second);
  }

  private static final class PortInUseException extends IOException {

    private static final long serialVersionUID = 1L;

    PortInUseException(int port) {
      super(
          "port %d on 127.0.0.1 is in use; give PostgreSQL another port, or 0 for a free one"
              .formatted(port));
    }
  }
}
