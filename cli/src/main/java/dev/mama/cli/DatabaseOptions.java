package dev.mama.cli;

import dev.mama.ExperimentId;
import dev.mama.examples.InputException;
import dev.mama.pg.PgDatabase;
import picocli.CommandLine.Option;

/** Where a command finds experiments. */
final class DatabaseOptions {

  @Option(
      names = "--database",
      paramLabel = "URL",
      required = true,
      description = "jdbc:postgresql://host:port/name?user=…&password=…")
  private String url = "";

  PgDatabase database() {
    try {
      return PgDatabase.of(url, "", "");
    } catch (IllegalArgumentException e) {
      throw new InputException("--database: " + e.getMessage());
    }
  }

  static ExperimentId experiment(String value) {
    try {
      return ExperimentId.of(value);
    } catch (IllegalArgumentException e) {
      throw new InputException(String.valueOf(e.getMessage()));
    }
  }
}
