package dev.mama.testkit;

import dev.mama.Event;
import dev.mama.Event.AgentStarted;
import dev.mama.Event.DecisionMade;
import dev.mama.Event.ErrorRaised;
import dev.mama.Event.EventRecorded;
import dev.mama.Event.EvidenceGiven;
import dev.mama.Event.MessageSent;
import dev.mama.Event.MetricRecorded;
import dev.mama.Event.ModelCalled;
import dev.mama.Event.StateRecorded;
import dev.mama.Event.SurveyAnswered;
import dev.mama.Payload;
import dev.mama.Referral;
import dev.mama.State;
import dev.mama.Trace;
import java.util.Arrays;
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
          case EventRecorded e ->
              Map.of(
                  "agent", e.agent(),
                  "kind", e.kind(),
                  "body", of(e.body()),
                  "trace", spell(e.trace()));
          case MetricRecorded e ->
              Map.of(
                  "agent", e.agent(),
                  "name", e.name(),
                  "value", e.value(),
                  "trace", spell(e.trace()));
          case DecisionMade e ->
              Map.of("agent", e.agent(), "referral", of(e.referral()), "trace", spell(e.trace()));
          case EvidenceGiven e -> Map.of("evidence", e.evidence());
          case ModelCalled e ->
              Map.of(
                  "agent", e.agent(),
                  "model", e.model(),
                  "usage", List.of(e.promptTokens(), e.completionTokens(), e.attempts()),
                  "times", List.of(e.queued(), e.onWire()),
                  "source", Optional.ofNullable(e.source()),
                  "failure", Optional.ofNullable(e.failure()),
                  "trace", spell(e.trace()));
          case SurveyAnswered e ->
              Map.of(
                  "agent", e.agent(),
                  "form", e.form(),
                  "answers", of(e.answers()),
                  "trace", spell(e.trace()));
        };
    return Map.of("kind", event.getClass().getSimpleName(), "common", common, "own", own);
  }

  private static Object of(Referral referral) {
    State state = referral.state();
    return List.of(
        referral.need(),
        referral.candidates(),
        Arrays.toString(state.toArray()),
        state.candidates(),
        referral.decision(),
        referral.timings());
  }

  private static Object of(Payload payload) {
    return List.of(payload.type(), JSON.readTree(payload.json()));
  }

  private static String spell(@Nullable Trace trace) {
    return trace == null ? "none" : trace.traceparent();
  }
}
