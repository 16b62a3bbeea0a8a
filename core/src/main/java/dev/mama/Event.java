package dev.mama;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened in an experiment and is kept: one row of the table of its kind.
 *
 * <p>Implementations are immutable.
 */
public sealed interface Event {

  /** What {@link #isName} accepts. */
  Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /** Identifies the row; unique within the experiment. */
  UUID id();

  /** The experiment it happened in. */
  ExperimentId experiment();

  /** When it happened, to the microsecond. */
  Instant at();

  /**
   * An agent was started (table <em>agents</em>).
   *
   * @param type name of its type
   * @param card its card, or null if it offers nothing
   */
  record AgentStarted(
      UUID id,
      ExperimentId experiment,
      Instant at,
      AgentId agent,
      String type,
      @Nullable AgentCard card)
      implements Event {}

  /**
   * An agent recorded its state (table <em>states</em>).
   *
   * @param state what it recorded
   * @param trace the turn's trace
   */
  record StateRecorded(
      UUID id, ExperimentId experiment, Instant at, AgentId agent, Payload state, Trace trace)
      implements Event {}

  /**
   * A message was accepted (table <em>messages</em>).
   *
   * @param id the message's own id
   */
  record MessageSent(
      UUID id,
      ExperimentId experiment,
      Instant at,
      AgentId from,
      AgentId to,
      Channel channel,
      Payload payload,
      Trace trace)
      implements Event {}

  /**
   * Something failed (table <em>errors</em>).
   *
   * @param component what failed, for example {@code agent/scout-1}
   * @param detail what happened, in one or more lines
   * @param trace the trace it happened in, or null if none
   */
  record ErrorRaised(
      UUID id,
      ExperimentId experiment,
      Instant at,
      String component,
      String detail,
      @Nullable Trace trace)
      implements Event {}

  /**
   * An agent recorded something of its own (table <em>events</em>).
   *
   * @param kind what it calls it, a {@link #isName name}
   * @param body what it recorded
   * @param trace the turn's trace
   */
  record EventRecorded(
      UUID id,
      ExperimentId experiment,
      Instant at,
      AgentId agent,
      String kind,
      Payload body,
      Trace trace)
      implements Event {

    /**
     * @throws IllegalArgumentException if the kind is no name
     */
    public EventRecorded {
      requireName("event kind", kind);
    }
  }

  /**
   * An agent recorded a figure of its own (table <em>metrics</em>).
   *
   * @param name what it calls it, a {@link #isName name}
   * @param value finite; in the unit that the name says
   * @param trace the turn's trace
   */
  record MetricRecorded(
      UUID id,
      ExperimentId experiment,
      Instant at,
      AgentId agent,
      String name,
      double value,
      Trace trace)
      implements Event {

    /**
     * @throws IllegalArgumentException if the name is none, or the value is not finite
     */
    public MetricRecorded {
      requireName("metric", name);
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException(
            "metric '%s' is %s; it must be a finite number".formatted(name, value));
      }
    }
  }

  /**
   * A policy decided whom an agent may ask (table <em>decisions</em>).
   *
   * @param agent who needed help
   * @param referral what the policy saw and chose
   * @param trace the turn's trace
   */
  record DecisionMade(
      UUID id, ExperimentId experiment, Instant at, AgentId agent, Referral referral, Trace trace)
      implements Event {}

  /**
   * The ledger took evidence (table <em>evidence</em>).
   *
   * @param evidence what it took; it has its own time and trace
   */
  record EvidenceGiven(UUID id, ExperimentId experiment, Evidence evidence) implements Event {

    @Override
    public Instant at() {
      return evidence.at();
    }
  }

  /**
   * An agent asked a chat model (table <em>llm_calls</em>). What was said is not part of it; the
   * trace leads to it.
   *
   * @param model the model that answered, or the one that was asked and did not
   * @param promptTokens tokens of the request, 0 if unknown
   * @param completionTokens tokens of the answer, 0 if unknown, as of a stream that its reader left
   *     before its end
   * @param attempts how often a server was asked
   * @param queued time before the request was sent for the last time; zero of a call that failed
   * @param onWire time of the attempt that succeeded; of a call that failed, all the time it took
   * @param source where the answer comes from, or null if there is none
   * @param failure why there is none, or null if there is one
   * @param trace the call's trace, as it stood in its header
   */
  record ModelCalled(
      UUID id,
      ExperimentId experiment,
      Instant at,
      AgentId agent,
      String model,
      int promptTokens,
      int completionTokens,
      int attempts,
      Duration queued,
      Duration onWire,
      ChatReply.@Nullable Source source,
      ChatException.@Nullable Reason failure,
      Trace trace)
      implements Event {

    /**
     * @throws IllegalArgumentException if it has both a source and a failure, or neither
     */
    public ModelCalled( // in full: javac keeps no annotations of a compact one's parameters
        UUID id,
        ExperimentId experiment,
        Instant at,
        AgentId agent,
        String model,
        int promptTokens,
        int completionTokens,
        int attempts,
        Duration queued,
        Duration onWire,
        ChatReply.@Nullable Source source,
        ChatException.@Nullable Reason failure,
        Trace trace) {
      if ((source == null) == (failure == null)) {
        throw new IllegalArgumentException(
            "a model call has either a source (%s) or a failure (%s)".formatted(source, failure));
      }
      this.id = id;
      this.experiment = experiment;
      this.at = at;
      this.agent = agent;
      this.model = model;
      this.promptTokens = promptTokens;
      this.completionTokens = completionTokens;
      this.attempts = attempts;
      this.queued = queued;
      this.onWire = onWire;
      this.source = source;
      this.failure = failure;
      this.trace = trace;
    }
  }

  /**
   * An agent answered a survey (table <em>surveys</em>).
   *
   * @param agent who answered
   * @param form the form's id, a {@link #isName name}
   * @param answers what it answered
   * @param trace the question's trace
   */
  record SurveyAnswered(
      UUID id,
      ExperimentId experiment,
      Instant at,
      AgentId agent,
      String form,
      Payload answers,
      Trace trace)
      implements Event {

    /**
     * @throws IllegalArgumentException if the form is no name
     */
    public SurveyAnswered {
      requireName("form", form);
    }
  }

  /** The same event at another time; its time cut to microseconds, for example. */
  default Event at(Instant at) {
    return switch (this) {
      case AgentStarted e -> new AgentStarted(e.id, e.experiment, at, e.agent, e.type, e.card);
      case StateRecorded e -> new StateRecorded(e.id, e.experiment, at, e.agent, e.state, e.trace);
      case MessageSent e ->
          new MessageSent(e.id, e.experiment, at, e.from, e.to, e.channel, e.payload, e.trace);
      case ErrorRaised e -> new ErrorRaised(e.id, e.experiment, at, e.component, e.detail, e.trace);
      case EventRecorded e ->
          new EventRecorded(e.id, e.experiment, at, e.agent, e.kind, e.body, e.trace);
      case MetricRecorded e ->
          new MetricRecorded(e.id, e.experiment, at, e.agent, e.name, e.value, e.trace);
      case DecisionMade e -> new DecisionMade(e.id, e.experiment, at, e.agent, e.referral, e.trace);
      case EvidenceGiven e -> new EvidenceGiven(e.id, e.experiment, e.evidence.at(at));
      case ModelCalled e ->
          new ModelCalled(
              e.id,
              e.experiment,
              at,
              e.agent,
              e.model,
              e.promptTokens,
              e.completionTokens,
              e.attempts,
              e.queued,
              e.onWire,
              e.source,
              e.failure,
              e.trace);
      case SurveyAnswered e ->
          new SurveyAnswered(e.id, e.experiment, at, e.agent, e.form, e.answers, e.trace);
    };
  }

  /**
   * Whether {@code text} may name a kind, a metric or a form: 1 to 64 characters of A-Z a-z 0-9 . _
   * -.
   */
  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  private static void requireName(String what, String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "%s '%s' must be 1 to 64 characters of A-Z a-z 0-9 . _ -".formatted(what, name));
    }
  }
}
