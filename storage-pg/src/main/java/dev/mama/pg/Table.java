package dev.mama.pg;

import dev.mama.Event;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A table for each kind of event, with its columns in the order in which they are written. */
enum Table {
  AGENTS(Event.AgentStarted.class, "agents", "exp_id agent_id ts:time type profile:json id:uuid"),
  STATES(
      Event.StateRecorded.class,
      "states",
      "exp_id agent_id ts:time kv:json kind trace_id span_id id:uuid"),
  MESSAGES(
      Event.MessageSent.class,
      "messages",
      "exp_id src dst ts:time channel kind payload:json trace_id span_id msg_id:uuid"),
  ERRORS(Event.ErrorRaised.class, "errors", "exp_id ts:time comp detail trace_id span_id id:uuid"),
  EVENTS(
      Event.EventRecorded.class,
      "events",
      "exp_id agent_id ts:time kind body:json type trace_id span_id id:uuid"),
  METRICS(
      Event.MetricRecorded.class,
      "metrics",
      "exp_id agent_id ts:time name value:double trace_id span_id id:uuid"),
  DECISIONS(
      Event.DecisionMade.class,
      "decisions",
      "exp_id agent_id ts:time chosen policy propensity:double body:json trace_id span_id id:uuid"),
  EVIDENCE(
      Event.EvidenceGiven.class,
      "evidence",
      "exp_id agent_id ts:time basis rater body:json trace_id span_id id:uuid"),
  LLM_CALLS(
      Event.ModelCalled.class,
      "llm_calls",
      "exp_id agent_id ts:time model prompt_tokens:long completion_tokens:long attempts:long"
          + " queued_nanos:long wire_nanos:long source failure trace_id span_id id:uuid"),
  SURVEYS(
      Event.SurveyAnswered.class,
      "surveys",
      "exp_id agent_id ts:time form_id answers:json kind trace_id span_id id:uuid");

  private static final Map<Class<? extends Event>, Table> BY_KIND =
      Stream.of(values()).collect(Collectors.toMap(Table::kind, Function.identity()));

  private final Class<? extends Event> kind;
  private final String table;

  @SuppressWarnings("ImmutableEnumChecker") // Stream.toList gives an immutable one
  private final List<Column> columns;

  Table(Class<? extends Event> kind, String table, String columns) {
    this.kind = kind;
    this.table = table;
    this.columns = Stream.of(columns.split(" ", -1)).map(Column::of).toList();
  }

  static Table of(Event event) {
    return Objects.requireNonNull(BY_KIND.get(event.getClass()));
  }

  /** Which events it holds. */
  Class<? extends Event> kind() {
    return kind;
  }

  /** The table's name, without its schema. */
  String tableName() {
    return table;
  }

  /** The first is the experiment, the last the row's id. */
  List<Column> columns() {
    return columns;
  }

  String idColumn() {
    return columns.getLast().name();
  }

  /** The columns' names, separated by commas. */
  String columnList() {
    return columns.stream().map(Column::name).collect(Collectors.joining(", "));
  }

  /** Writes rows into {@code partition}; they are not looked at one by one to find it. */
  String copySql(String partition) {
    return "copy mama.%s (%s) from stdin (format binary)".formatted(partition, columnList());
  }

  String countSql() {
    return "select count(*) from mama.%s where exp_id = ?".formatted(table);
  }

  String idsSql() {
    return "select %s from mama.%s where exp_id = ?".formatted(idColumn(), table);
  }
}
