package dev.mama.pg;

import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a failure says about trying again; read from the class of its SQLSTATE. */
enum Fault {
  /** A row is wrong: the others are still good. */
  ROW,
  /** The database is away, busy, full or read-only: the same may succeed later. */
  AWAY,
  /**
   * The database is not as it should be, for example lacks a table: trying again changes nothing.
   */
  SCHEMA;

  private static final String UNIQUE_VIOLATION = "23505";

  private static final Set<String> ROW_CLASSES = Set.of("22", "23");

  /*
   * Connection, transaction state (read-only after a fail-over), authorization (a password that is
   * being changed), rollback, resources, object in use, operator intervention, system error.
   */
  private static final Set<String> AWAY_CLASSES =
      Set.of("08", "25", "28", "40", "53", "55", "57", "58");

  static Fault of(SQLException e) {
    String state = state(e);
    if (state == null || state.length() < 2) {
      return AWAY; // the pool's own: no connection within its limit
    }
    String category = state.substring(0, 2);
    return ROW_CLASSES.contains(category) ? ROW : AWAY_CLASSES.contains(category) ? AWAY : SCHEMA;
  }

  /**
   * Whether a row is there already, by its id: recorded again by a group that was killed between
   * recording it and noting that it had.
   */
  static boolean isThere(SQLException e) {
    return UNIQUE_VIOLATION.equals(state(e));
  }

  /** The first line of what the database said. */
  static String reason(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
  }

  private static @Nullable String state(SQLException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        return sql.getSQLState();
      }
    }
    return null;
  }
}
