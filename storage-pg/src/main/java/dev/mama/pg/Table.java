package dev.mama.pg;

/** The four tables, each with its columns in the order that {@link Row} writes them. */
enum Table {
  AGENTS("agents", "exp_id, agent_id, ts, type, profile, id", "id"),
  STATES("states", "exp_id, agent_id, ts, kv, kind, trace_id, span_id, id", "id"),
  MESSAGES(
      "messages",
      "exp_id, src, dst, ts, channel, kind, payload, trace_id, span_id, msg_id",
      "msg_id"),
  ERRORS("errors", "exp_id, ts, comp, detail, trace_id, span_id, id", "id");

  /*
   * All tables share one shape here, so that the server puts them in order of time, by merging index
   * scans or by a sort on its own disk as its planner sees fit, and one cursor reads them.
   */
  static final String SELECT_ALL =
      """
      select 'AGENTS' as kind, ts, id, agent_id as a, type as b, null as c, null as d,
             profile::text as json, null as trace_id, null as span_id
        from mama.agents where exp_id = ?
      union all
      select 'STATES', ts, id, agent_id, kind, null, null, kv::text, trace_id, span_id
        from mama.states where exp_id = ?
      union all
      select 'MESSAGES', ts, msg_id, src, kind, dst, channel, payload::text, trace_id, span_id
        from mama.messages where exp_id = ?
      union all
      select 'ERRORS', ts, id, comp, detail, null, null, null, trace_id, span_id
        from mama.errors where exp_id = ?
      order by ts\
      """;

  private final String table;
  private final String columns;
  private final String idColumn;

  Table(String table, String columns, String idColumn) {
    this.table = table;
    this.columns = columns;
    this.idColumn = idColumn;
  }

  /** The table's name, without its schema. */
  String tableName() {
    return table;
  }

  int fields() {
    return columns.split(",").length;
  }

  String copySql() {
    return "copy mama.%s (%s) from stdin (format binary)".formatted(table, columns);
  }

  String countSql() {
    return "select count(*) from mama.%s where exp_id = ?".formatted(table);
  }

  String idsSql() {
    return "select %s from mama.%s where exp_id = ?".formatted(idColumn, table);
  }
}
