package dev.mama.pg;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Where the database is, and how a log uses it. Start with {@link #of} and change what differs.
 *
 * <p>Immutable. {@link #toString} leaves the password out.
 *
 * @param jdbcUrl {@code jdbc:postgresql://host:port/database}, with driver parameters if need be
 * @param user who may create the schema {@code mama} or, where it exists, tables in it; empty if
 *     the URL names user and password
 * @param password the user's; empty if the server asks for none
 * @param connections the most that are open at a time, all purposes together, 2 to 100
 * @param flushRows rows that make a batch, 1 to {@code queueRows}
 * @param flushInterval how long an accepted event waits for others before it is written all the
 *     same; positive
 * @param queueRows events of one kind that may wait in memory to be written; when so many do, or 64
 *     MiB of them, {@code append} waits
 * @param connectTimeout how long to wait for a connection, at least one second
 * @param closeTimeout how long {@code close} goes on trying to write what was accepted
 * @param spool where rows wait on disk while the database is away, or null if they wait in memory
 */
public record PgDatabase(
    String jdbcUrl,
    String user,
    String password,
    int connections,
    int flushRows,
    Duration flushInterval,
    int queueRows,
    Duration connectTimeout,
    Duration closeTimeout,
    @Nullable Spool spool) {

  private static final String PREFIX = "jdbc:postgresql:";

  /**
   * @throws IllegalArgumentException if a value is out of its range
   */
  public PgDatabase {
    require(
        jdbcUrl.startsWith(PREFIX),
        "database URL '%s' must have the form jdbc:postgresql://host:port/database"
            .formatted(withoutParameters(jdbcUrl)));
    require(
        connections >= 2 && connections <= 100,
        "connections is %d; it must be 2 to 100".formatted(connections));
    require(
        flushRows >= 1 && flushRows <= queueRows,
        "flushRows is %d; it must be 1 to queueRows, which is %d".formatted(flushRows, queueRows));
    require(
        flushInterval.isPositive(),
        "flushInterval is %s; it must be more than zero".formatted(flushInterval));
    require(
        connectTimeout.compareTo(Duration.ofSeconds(1)) >= 0,
        "connectTimeout is %s; it must be at least one second".formatted(connectTimeout));
    require(
        !closeTimeout.isNegative(),
        "closeTimeout is %s; it must not be negative".formatted(closeTimeout));
  }

  /**
   * Four connections, batches of 2,000 rows or 200 ms, a queue of 20,000 events of each kind, 5 s
   * to connect, 30 s to close, no spool.
   *
   * @throws IllegalArgumentException if the URL is of another form
   */
  public static PgDatabase of(String jdbcUrl, String user, String password) {
    return new PgDatabase(
        jdbcUrl,
        user,
        password,
        4,
        2_000,
        Duration.ofMillis(200),
        20_000,
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        null);
  }

  /** With at most {@code wanted} connections. */
  public PgDatabase withConnections(int wanted) {
    return new PgDatabase(
        jdbcUrl,
        user,
        password,
        wanted,
        flushRows,
        flushInterval,
        queueRows,
        connectTimeout,
        closeTimeout,
        spool);
  }

  /** With room for {@code rows} waiting events, and other batches. */
  public PgDatabase withQueue(int rows, int batchRows, Duration batchInterval) {
    return new PgDatabase(
        jdbcUrl,
        user,
        password,
        connections,
        batchRows,
        batchInterval,
        rows,
        connectTimeout,
        closeTimeout,
        spool);
  }

  /** With other limits for connecting and closing. */
  public PgDatabase withTimeouts(Duration connect, Duration close) {
    return new PgDatabase(
        jdbcUrl,
        user,
        password,
        connections,
        flushRows,
        flushInterval,
        queueRows,
        connect,
        close,
        spool);
  }

  /** With a spool, so that an outage slows nobody and kill -9 loses less. */
  public PgDatabase withSpool(Spool wanted) {
    return new PgDatabase(
        jdbcUrl,
        user,
        password,
        connections,
        flushRows,
        flushInterval,
        queueRows,
        connectTimeout,
        closeTimeout,
        wanted);
  }

  /**
   * What opens connections.
   *
   * @throws IllegalArgumentException if the driver cannot read the URL
   */
  PGSimpleDataSource source() {
    var source = new PGSimpleDataSource();
    source.setUrl(jdbcUrl);
    if (!user.isEmpty()) { // else they stand in the URL, if at all
      source.setUser(user);
      source.setPassword(password);
    }
    return source;
  }

  /** The URL without its parameters, which may hold a password, and the user. */
  @Override
  public String toString() {
    return user.isEmpty()
        ? withoutParameters(jdbcUrl)
        : "%s as user '%s'".formatted(withoutParameters(jdbcUrl), user);
  }

  private static String withoutParameters(String url) {
    int at = url.indexOf('?');
    return at < 0 ? url : url.substring(0, at);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
