package dev.mama.cli;

import dev.mama.ExperimentId;
import dev.mama.examples.InputException;
import dev.mama.pg.PgExperiments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes an experiment's rows to files. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = "Writes an experiment's rows to CSV files, one for each table that has some.")
final class ExportCommand implements Callable<Integer> {

  @Parameters(paramLabel = "EXPERIMENT", description = "the experiment's id")
  private String experiment = "";

  @Mixin private DatabaseOptions options = new DatabaseOptions();

  /** Said by the caller, because other formats may come; there is nothing to look at. */
  @SuppressWarnings("UnusedVariable") // picocli writes it
  @Option(
      names = "--csv",
      required = true,
      description = "as CSV (RFC 4180) with a header, in order of time")
  private boolean csv;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "where the files go (${DEFAULT-VALUE})")
  private Path out = Path.of("results", "export");

  @Override
  public Integer call() {
    ExperimentId id = DatabaseOptions.experiment(experiment);
    try {
      Files.createDirectories(out);
      Map<String, Long> rows = PgExperiments.of(options.database()).exportCsv(id, out);
      if (rows.isEmpty()) {
        throw new InputException("the database has no experiment '%s'".formatted(id));
      }
      rows.forEach(
          (table, count) -> System.out.printf("%,12d  %s%n", count, out.resolve(table + ".csv")));
      return 0;
    } catch (IOException e) {
      throw new InputException(
          "--out %s: cannot be written to (%s); choose another folder".formatted(out, e));
    }
  }
}
