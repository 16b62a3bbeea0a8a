package dev.mama.pg;

import dev.mama.ExperimentId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The names of the partitions that rows go into; each is made when its first row comes.
 *
 * <p>Thread-safe.
 */
final class Partitions {

  /** Names that are asked for where rows are written. */
  @FunctionalInterface
  interface Names {
    String of(Table table, ExperimentId experiment, Connection connection) throws SQLException;
  }

  private record Key(Table table, ExperimentId experiment) {}

  private final Map<Key, String> names = new ConcurrentHashMap<>();

  /**
   * The partition of {@code table} for {@code experiment}. Where it was not known, commits on
   * {@code connection}, which must have nothing else under way.
   */
  String of(Table table, ExperimentId experiment, Connection connection) throws SQLException {
    var key = new Key(table, experiment);
    String known = names.get(key);
    if (known == null) {
      known = open(key, connection);
      names.put(key, known);
    }
    return known;
  }

  /** Partitions may have gone: ask again. */
  void forget() {
    names.clear();
  }

  private static String open(Key key, Connection connection) throws SQLException {
    try (var call = connection.prepareStatement("select mama.partition(?, ?)")) {
      call.setString(1, key.table().tableName());
      call.setString(2, key.experiment().value());
      try (ResultSet row = call.executeQuery()) {
        row.next();
        String name = row.getString(1);
        connection.commit();
        return name;
      }
    }
  }
}
