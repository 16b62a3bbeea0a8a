package dev.mama.pg;

import dev.mama.AgentId;
import dev.mama.pg.EventQuery.Position;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** A query as SQL over one table; every value is bound. */
final class Selection {

  private final String sql;
  private final List<Object> values = new ArrayList<>();

  Selection(EventQuery query, Table table) {
    var text =
        new StringBuilder(
            "select %s from mama.%s where exp_id = ?"
                .formatted(table.columnList(), table.tableName()));
    values.add(query.experiment().value());
    Instant from = query.from();
    if (from != null) {
      text.append(" and ts >= ?");
      values.add(from.atOffset(ZoneOffset.UTC));
    }
    Instant until = query.until();
    if (until != null) {
      text.append(" and ts < ?");
      values.add(until.atOffset(ZoneOffset.UTC));
    }
    Position after = query.after();
    if (after != null) {
      text.append(" and ts >= ? and (ts, %s) > (?, ?)".formatted(table.idColumn()));
      OffsetDateTime at = after.at().atOffset(ZoneOffset.UTC);
      values.addAll(List.of(at, at, after.id()));
    }
    if (!query.agents().isEmpty()) {
      String[] agents = query.agents().stream().map(AgentId::value).toArray(String[]::new);
      if (table == Table.MESSAGES) {
        text.append(" and (src = any(?) or dst = any(?))");
        values.add(agents);
      } else {
        text.append(" and agent_id = any(?)");
      }
      values.add(agents);
    }
    sql = text.append(" order by ts, ").append(table.idColumn()).toString();
  }

  /** Whether {@code query} may want rows of {@code table}. */
  static boolean includes(EventQuery query, Table table) {
    return (query.kinds().isEmpty()
            || query.kinds().stream().anyMatch(kind -> table.kind().equals(kind)))
        && (query.agents().isEmpty() || table != Table.ERRORS);
  }

  PreparedStatement prepare(Connection connection) throws SQLException {
    PreparedStatement select = connection.prepareStatement(sql);
    for (int i = 0; i < values.size(); i++) {
      Object value = values.get(i);
      if (value instanceof String[] texts) {
        select.setArray(i + 1, connection.createArrayOf("text", texts));
      } else {
        select.setObject(i + 1, value);
      }
    }
    return select;
  }
}
