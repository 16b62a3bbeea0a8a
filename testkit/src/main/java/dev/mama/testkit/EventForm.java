package dev.mama.testkit;

import dev.mama.Event;
import dev.mama.Event.AgentStarted;
import dev.mama.Event.ErrorRaised;
import dev.mama.Event.MessageSent;
import dev.mama.Event.StateRecorded;
import dev.mama.Payload;
import dev.mama.Trace;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Events in a form that can be compared: payloads have no equality of their own, so their type and
 * the meaning of their JSON stand in for them.
 */
final class EventForm {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private EventForm() {}

  static Set<Map<String, Object>> of(List<? extends Event> events) {
    return events.stream().map(EventForm::of).collect(Collectors.toSet());
  }

  private static Map<String, Object> of(Event event) {
    Map<String, Object> common =
        Map.of("id", event.id(), "experiment", event.experiment(), "at", event.at());
    Map<String, Object> own =
        switch (event) {
          case AgentStarted e ->
              Map.of("agent", e.agent(), "type", e.type(), "card", Optional.ofNullable(e.card()));
          case StateRecorded e ->
              Map.of("agent", e.agent(), "state", of(e.state()), "trace", spell(e.trace()));
          case MessageSent e ->
              Map.of(
                  "way",
                  List.of(e.from(), e.to(), e.channel()),
                  "payload",
                  of(e.payload()),
                  "trace",
                  spell(e.trace()));
          case ErrorRaised e ->
              Map.of("component", e.component(), "detail", e.detail(), "trace", spell(e.trace()));
        };
    return Map.of("kind", event.getClass().getSimpleName(), "common", common, "own", own);
  }

  private static Object of(Payload payload) {
    return List.of(payload.type(), JSON.readTree(payload.json()));
  }

  private static String spell(@Nullable Trace trace) {
    return trace == null ? "none" : trace.traceparent();
  }
}
