package dev.mama.pg;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.ChatException;
import dev.mama.ChatReply;
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
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Trace;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event as the values of its table's columns, and back: the one place that knows which part of
 * an event stands where, for all stores.
 */
final class EventColumns {

  /** A card without details as it stands in column {@code profile}; the agent has its own. */
  record Profile(String specialty, String description) {}

  /** The same with details; null where there are none. */
  record DetailedProfile(
      String specialty, String description, AgentCard.@Nullable Details details) {}

  private EventColumns() {}

  /**
   * The values of {@code event} in the order of {@link Table#columns}.
   *
   * @throws dev.mama.PayloadException if its payload cannot be written as JSON
   */
  static @Nullable Object[] of(Event event) {
    String exp = event.experiment().value();
    Instant at = event.at();
    UUID id = event.id();
    return switch (event) {
      case AgentStarted e -> row(exp, e.agent().value(), at, e.type(), profile(e.card()), id);
      case StateRecorded e ->
          row(
              exp,
              e.agent().value(),
              at,
              e.state().json(),
              e.state().type(),
              e.trace().traceId(),
              span(e.trace()),
              id);
      case MessageSent e ->
          row(
              exp,
              e.from().value(),
              e.to().value(),
              at,
              e.channel().level(),
              e.payload().type(),
              e.payload().json(),
              e.trace().traceId(),
              span(e.trace()),
              id);
      case ErrorRaised e -> {
        Trace trace = e.trace();
        yield row(
            exp,
            at,
            e.component(),
            e.detail(),
            trace == null ? null : trace.traceId(),
            trace == null ? null : span(trace),
            id);
      }
      case EventRecorded e ->
          row(
              exp,
              e.agent().value(),
              at,
              e.kind(),
              e.body().json(),
              e.body().type(),
              e.trace().traceId(),
              span(e.trace()),
              id);
      case MetricRecorded e ->
          row(
              exp,
              e.agent().value(),
              at,
              e.name(),
              e.value(),
              e.trace().traceId(),
              span(e.trace()),
              id);
      case DecisionMade e ->
          row(
              exp,
              e.agent().value(),
              at,
              e.referral().chosen().map(AgentId::value).orElse(null),
              e.referral().decision().policy(),
              e.referral().decision().propensity(),
              ReferralJson.write(e.referral()),
              e.trace().traceId(),
              span(e.trace()),
              id);
      case EvidenceGiven e ->
          row(
              exp,
              e.evidence().subject().value(),
              at,
              EvidenceJson.basis(e.evidence()),
              EvidenceJson.rater(e.evidence()),
              EvidenceJson.write(e.evidence()),
              e.evidence().trace().traceId(),
              span(e.evidence().trace()),
              id);
      case ModelCalled e -> {
        ChatReply.Source source = e.source();
        ChatException.Reason failure = e.failure();
        yield row(
            exp,
            e.agent().value(),
            at,
            e.model(),
            (long) e.promptTokens(),
            (long) e.completionTokens(),
            (long) e.attempts(),
            e.queued().toNanos(),
            e.onWire().toNanos(),
            source == null ? null : lower(source),
            failure == null ? null : lower(failure),
            e.trace().traceId(),
            span(e.trace()),
            id);
      }
      case SurveyAnswered e ->
          row(
              exp,
              e.agent().value(),
              at,
              e.form(),
              e.answers().json(),
              e.answers().type(),
              e.trace().traceId(),
              span(e.trace()),
              id);
    };
  }

  /** The event whose columns these are. */
  static Event read(Table table, @Nullable Object[] values) {
    var v = new Values(values);
    var exp = ExperimentId.of(v.text());
    return switch (table) {
      case AGENTS -> {
        AgentId agent = v.agent();
        Instant at = v.time();
        String type = v.text();
        AgentCard card = card(agent, v.maybeJson());
        yield new AgentStarted(v.uuid(), exp, at, agent, type, card);
      }
      case STATES -> {
        AgentId agent = v.agent();
        Instant at = v.time();
        byte[] kv = v.json();
        Payload state = Payload.encoded(v.text(), kv);
        Trace trace = v.trace();
        yield new StateRecorded(v.uuid(), exp, at, agent, state, trace);
      }
      case MESSAGES -> {
        AgentId from = v.agent();
        AgentId to = v.agent();
        Instant at = v.time();
        Channel channel = Channel.ofLevel(v.text());
        Payload payload = Payload.encoded(v.text(), v.json());
        Trace trace = v.trace();
        yield new MessageSent(v.uuid(), exp, at, from, to, channel, payload, trace);
      }
      case ERRORS -> {
        Instant at = v.time();
        String component = v.text();
        String detail = v.text();
        Trace trace = v.maybeTrace();
        yield new ErrorRaised(v.uuid(), exp, at, component, detail, trace);
      }
      case EVENTS -> {
        AgentId agent = v.agent();
        Instant at = v.time();
        String kind = v.text();
        byte[] json = v.json();
        Payload body = Payload.encoded(v.text(), json);
        Trace trace = v.trace();
        yield new EventRecorded(v.uuid(), exp, at, agent, kind, body, trace);
      }
      case METRICS -> {
        AgentId agent = v.agent();
        Instant at = v.time();
        String name = v.text();
        double value = v.number();
        Trace trace = v.trace();
        yield new MetricRecorded(v.uuid(), exp, at, agent, name, value, trace);
      }
      case DECISIONS -> {
        AgentId agent = v.agent();
        Instant at = v.time();
        v.skip(1);
        String policy = v.text();
        double propensity = v.number();
        var referral = ReferralJson.read(v.json(), policy, propensity);
        Trace trace = v.trace();
        yield new DecisionMade(v.uuid(), exp, at, agent, referral, trace);
      }
      case EVIDENCE -> {
        AgentId subject = v.agent();
        Instant at = v.time();
        String basis = v.text();
        String rater = v.maybeText();
        byte[] body = v.json();
        var evidence = EvidenceJson.read(basis, subject, rater, body, at, v.trace());
        yield new EvidenceGiven(v.uuid(), exp, evidence);
      }
      case LLM_CALLS -> {
        AgentId agent = v.agent();
        Instant at = v.time();
        String model = v.text();
        int prompt = Math.toIntExact(v.integer());
        int completion = Math.toIntExact(v.integer());
        int attempts = Math.toIntExact(v.integer());
        Duration queued = Duration.ofNanos(v.integer());
        Duration onWire = Duration.ofNanos(v.integer());
        String source = v.maybeText();
        String failure = v.maybeText();
        Trace trace = v.trace();
        yield new ModelCalled(
            v.uuid(),
            exp,
            at,
            agent,
            model,
            prompt,
            completion,
            attempts,
            queued,
            onWire,
            source == null ? null : ChatReply.Source.valueOf(source.toUpperCase(Locale.ROOT)),
            failure == null ? null : ChatException.Reason.valueOf(failure.toUpperCase(Locale.ROOT)),
            trace);
      }
      case SURVEYS -> {
        AgentId agent = v.agent();
        Instant at = v.time();
        String form = v.text();
        byte[] json = v.json();
        Payload answers = Payload.encoded(v.text(), json);
        Trace trace = v.trace();
        yield new SurveyAnswered(v.uuid(), exp, at, agent, form, answers, trace);
      }
    };
  }

  private static @Nullable Object[] row(@Nullable Object... values) {
    return values;
  }

  private static byte @Nullable [] profile(@Nullable AgentCard card) {
    if (card == null) {
      return null;
    }
    AgentCard.Details details = card.details();
    Record profile =
        details.equals(AgentCard.Details.NONE)
            ? new Profile(card.specialty(), card.description())
            : new DetailedProfile(card.specialty(), card.description(), details);
    return Payload.of(profile).json();
  }

  private static @Nullable AgentCard card(AgentId agent, byte @Nullable [] json) {
    if (json == null) {
      return null;
    }
    DetailedProfile profile = Payload.encoded("", json).as(DetailedProfile.class);
    AgentCard.Details details = profile.details();
    return new AgentCard(
        agent,
        profile.specialty(),
        profile.description(),
        details == null ? AgentCard.Details.NONE : details);
  }

  private static String span(Trace trace) {
    return HexFormat.of().toHexDigits(trace.span());
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
