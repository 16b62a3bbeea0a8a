package dev.mama.pg;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Event;
import dev.mama.Event.AgentStarted;
import dev.mama.Event.ErrorRaised;
import dev.mama.Event.MessageSent;
import dev.mama.Event.StateRecorded;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Trace;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event as a row: encoded for COPY, and decoded from {@link Table#SELECT_ALL}.
 *
 * <p>Immutable.
 *
 * @param encoded the row in binary COPY format; only duplicates of it are read
 */
record Row(Table table, Event event, ByteBuffer encoded) {

  /** The agent's card as it stands in column {@code profile}; the agent is in its own column. */
  record Profile(String specialty, String description) {}

  /**
   * @throws IllegalArgumentException if PostgreSQL cannot hold part of it; the message names that
   * @throws dev.mama.PayloadException if the payload cannot be written as JSON
   */
  static Row of(Event event) {
    Table table =
        switch (event) {
          case AgentStarted e -> Table.AGENTS;
          case StateRecorded e -> Table.STATES;
          case MessageSent e -> Table.MESSAGES;
          case ErrorRaised e -> Table.ERRORS;
        };
    var row = new CopyRow(table.fields()).text(event.experiment().value());
    switch (event) {
      case AgentStarted e ->
          row.text(e.agent().value())
              .timestamp(e.at())
              .text(e.type())
              .json(profile(e.card()))
              .uuid(e.id());
      case StateRecorded e ->
          row.text(e.agent().value())
              .timestamp(e.at())
              .json(e.state().json())
              .text(e.state().type())
              .text(e.trace().traceId())
              .text(spanId(e.trace()))
              .uuid(e.id());
      case MessageSent e ->
          row.text(e.from().value())
              .text(e.to().value())
              .timestamp(e.at())
              .text(e.channel().level())
              .text(e.payload().type())
              .json(e.payload().json())
              .text(e.trace().traceId())
              .text(spanId(e.trace()))
              .uuid(e.id());
      case ErrorRaised e ->
          row.timestamp(e.at())
              .text(e.component())
              .text(e.detail())
              .text(e.trace() == null ? null : e.trace().traceId())
              .text(e.trace() == null ? null : spanId(e.trace()))
              .uuid(e.id());
    }
    return new Row(table, event, row.encoded());
  }

  /** The event in the current row of {@link Table#SELECT_ALL}. */
  static Event read(ResultSet row, ExperimentId experiment) throws SQLException {
    UUID id = row.getObject("id", UUID.class);
    Instant at = row.getObject("ts", OffsetDateTime.class).toInstant();
    String a = row.getString("a");
    String b = row.getString("b");
    return switch (Table.valueOf(row.getString("kind"))) {
      case AGENTS -> {
        AgentId agent = AgentId.of(a);
        yield new AgentStarted(id, experiment, at, agent, b, card(agent, row.getString("json")));
      }
      case STATES ->
          new StateRecorded(
              id, experiment, at, AgentId.of(a), payload(b, row.getString("json")), trace(row));
      case MESSAGES ->
          new MessageSent(
              id,
              experiment,
              at,
              AgentId.of(a),
              AgentId.of(row.getString("c")),
              Channel.ofLevel(row.getString("d")),
              payload(b, row.getString("json")),
              trace(row));
      case ERRORS ->
          new ErrorRaised(
              id, experiment, at, a, b, row.getString("trace_id") == null ? null : trace(row));
    };
  }

  private static byte @Nullable [] profile(@Nullable AgentCard card) {
    return card == null
        ? null
        : Payload.of(new Profile(card.specialty(), card.description())).json();
  }

  private static @Nullable AgentCard card(AgentId agent, @Nullable String json) {
    if (json == null) {
      return null;
    }
    Profile profile = payload("Profile", json).as(Profile.class);
    return new AgentCard(agent, profile.specialty(), profile.description());
  }

  private static Payload payload(String type, String json) {
    return Payload.encoded(type, json.getBytes(StandardCharsets.UTF_8));
  }

  private static Trace trace(ResultSet row) throws SQLException {
    return Trace.parse("00-" + row.getString("trace_id") + "-" + row.getString("span_id") + "-01");
  }

  private static String spanId(Trace trace) {
    return HexFormat.of().toHexDigits(trace.span());
  }
}
