package dev.mama.bench.compare;

import java.io.IOException;
import java.sql.SQLException;

/** Another way to write rows into a table of the event log. */
public interface RowWriter {

  /** Its name in figures. */
  String name();

  /**
   * Writes the first {@code rows} rows that {@code experiment} has in {@code table} once more, into
   * an experiment of its own, one transaction for each {@code batch}.
   *
   * @return how long it took, in nanoseconds; bringing the rows into form is not counted
   */
  long write(String table, String experiment, int rows, int batch)
      throws IOException, SQLException, InterruptedException;
}
