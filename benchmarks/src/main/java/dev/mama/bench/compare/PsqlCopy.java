package dev.mama.bench.compare;

import dev.mama.pg.PgDatabase;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * psql's own {@code \copy}, one for each batch, in one session: what a person would do, and as fast
 * as PostgreSQL's own client is. The time between the first and the last batch is taken by psql
 * itself from the server's clock.
 */
public final class PsqlCopy implements RowWriter {

  private final PgDatabase database;

  private PsqlCopy(PgDatabase database) {
    this.database = database;
  }

  /** Empty where no psql is on the path. */
  public static Optional<PsqlCopy> find(PgDatabase database) throws InterruptedException {
    try {
      Process psql =
          new ProcessBuilder("psql", "--version")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return psql.waitFor() == 0 ? Optional.of(new PsqlCopy(database)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public String name() {
    return "psql.rate";
  }

  @Override
  public long write(String table, String experiment, int rows, int batch)
      throws IOException, SQLException, InterruptedException {
    Path folder = Files.createTempDirectory("psql");
    List<Path> files = new ArrayList<>();
    try (Connection connection = SourceRows.connect(database, "")) {
      String other = "psql-" + experiment;
      String partition = SourceRows.emptyPartition(connection, table, other);
      String columns = String.join(", ", SourceRows.columns(table));
      String clock = "select (extract(epoch from clock_timestamp()) * 1000000)::bigint;\n";
      var script = new StringBuilder(clock);
      for (byte[] part : SourceRows.text(connection, table, experiment, other, batch)) {
        Path file = folder.resolve("part-" + files.size());
        files.add(Files.write(file, part));
        script.append("\\copy mama.%s (%s) from '%s'%n".formatted(partition, columns, file));
      }
      Path commands = folder.resolve("script");
      files.add(Files.writeString(commands, script.append(clock)));
      return 1_000 * run(commands);
    } finally {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    }
  }

  private long run(Path commands) throws IOException, InterruptedException {
    URI url = URI.create(database.jdbcUrl().substring("jdbc:".length()));
    var builder =
        new ProcessBuilder(
                "psql",
                "-qAtX",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                url.getHost(),
                "-p",
                String.valueOf(url.getPort()),
                "-U",
                database.user(),
                "-d",
                url.getPath().substring(1),
                "-f",
                commands.toString())
            .redirectErrorStream(true);
    builder.environment().put("PGPASSWORD", database.password());
    Process psql = builder.start();
    List<String> said;
    try (var reader = psql.inputReader()) {
      said = reader.lines().toList();
    }
    if (psql.waitFor() != 0) {
      throw new IOException("psql failed: " + String.join("; ", said));
    }
    return Long.parseLong(said.getLast()) - Long.parseLong(said.getFirst());
  }
}
