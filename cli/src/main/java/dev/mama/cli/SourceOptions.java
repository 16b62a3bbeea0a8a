package dev.mama.cli;

import dev.mama.examples.InputException;
import dev.mama.pg.AvroArchive;
import dev.mama.pg.EventSource;
import dev.mama.pg.PgDatabase;
import dev.mama.pg.PgEventLog;
import dev.mama.spi.EventLog;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a command reads experiments: a database or an archive. */
final class SourceOptions {

  private static final String JDBC = "jdbc:";

  @Option(
      names = "--database",
      paramLabel = "URL",
      description = "jdbc:postgresql://host:port/name?user=…&password=…")
  private @Nullable String url;

  @Option(names = "--archive", paramLabel = "DIR", description = "a folder of Avro files")
  private @Nullable Path archive;

  /** Something opened to be read. */
  record Source(EventSource events, EventLog log) implements AutoCloseable {
    @Override
    public void close() {
      log.close();
    }
  }

  /** Opens what was named. */
  Source open() {
    if ((url == null) == (archive == null)) {
      throw new InputException("name either --database URL or --archive DIR");
    }
    return open(url == null ? String.valueOf(archive) : url);
  }

  /** Opens the database or archive {@code place}. */
  static Source open(String place) {
    if (place.startsWith(JDBC)) {
      var log = PgEventLog.open(database(place));
      return new Source(log, log);
    }
    Path folder = Path.of(place);
    if (!Files.isDirectory(folder)) {
      throw new InputException("%s is no folder of an archive".formatted(place));
    }
    var log = AvroArchive.open(folder);
    return new Source(log, log);
  }

  private static PgDatabase database(String url) {
    try {
      return PgDatabase.of(url, "", "");
    } catch (IllegalArgumentException e) {
      throw new InputException("--database: " + e.getMessage());
    }
  }
}
