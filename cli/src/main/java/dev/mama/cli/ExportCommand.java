package dev.mama.cli;

import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.examples.InputException;
import dev.mama.pg.AvroArchive;
import dev.mama.pg.EventQuery;
import dev.mama.pg.EventSource.EventCursor;
import dev.mama.pg.PgEventLog;
import dev.mama.pg.PgExperiments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes an experiment's events to files. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = "Writes an experiment's events from the database to files.")
final class ExportCommand implements Callable<Integer> {

  @Parameters(paramLabel = "EXPERIMENT", description = "the experiment's id")
  private String experiment = "";

  @Mixin private DatabaseOptions options = new DatabaseOptions();

  @ArgGroup(multiplicity = "1")
  private Format format = new Format();

  /** One of them. */
  private static final class Format {
    /** There is nothing to look at: without the other one it is this. */
    @SuppressWarnings("UnusedVariable") // picocli writes it
    @Option(
        names = "--csv",
        description =
            "as CSV (RFC 4180) with a header, a file for each table that has some, in order of time")
    private boolean csv;

    @Option(names = "--avro", description = "as an archive of Avro files, which replay reads")
    private boolean avro;
  }

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "where the files go (${DEFAULT-VALUE})")
  private Path out = Path.of("results", "export");

  @Override
  public Integer call() throws InterruptedException {
    ExperimentId id = DatabaseOptions.experiment(experiment);
    try {
      Files.createDirectories(out);
      if (format.avro) {
        exportAvro(id);
      } else {
        exportCsv(id);
      }
      return 0;
    } catch (IOException e) {
      throw new InputException(
          "--out %s: cannot be written to (%s); choose another folder".formatted(out, e));
    }
  }

  private void exportCsv(ExperimentId id) throws IOException {
    Map<String, Long> rows = PgExperiments.of(options.database()).exportCsv(id, out);
    requireSome(id, rows.isEmpty());
    rows.forEach(
        (table, count) -> System.out.printf("%,12d  %s%n", count, out.resolve(table + ".csv")));
  }

  private void exportAvro(ExperimentId id) throws InterruptedException {
    long events = 0;
    try (var log = PgEventLog.open(options.database());
        var archive = AvroArchive.open(out)) {
      if (archive.experiments().contains(id)) {
        throw new InputException(
            "--out %s: has experiment '%s' already; choose another folder".formatted(out, id));
      }
      try (EventCursor cursor = log.open(EventQuery.all(id))) {
        for (List<Event> page = cursor.next(); !page.isEmpty(); page = cursor.next()) {
          for (Event event : page) {
            archive.append(event);
            events++;
          }
        }
      }
    }
    requireSome(id, events == 0);
    System.out.printf("%,12d  %s%n", events, out.resolve(id.value()));
  }

  private static void requireSome(ExperimentId id, boolean none) {
    if (none) {
      throw new InputException("the database has no experiment '%s'".formatted(id));
    }
  }
}
