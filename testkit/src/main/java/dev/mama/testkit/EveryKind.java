package dev.mama.testkit;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Candidate;
import dev.mama.Channel;
import dev.mama.ChatException;
import dev.mama.ChatReply;
import dev.mama.Decision;
import dev.mama.Dimension;
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
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.Need;
import dev.mama.Payload;
import dev.mama.Rating;
import dev.mama.Referral;
import dev.mama.Standing;
import dev.mama.State;
import dev.mama.StateShape;
import dev.mama.Trace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * Events of every kind and of every shape of it, as a log must keep them.
 *
 * <p>Thread-safe.
 */
public final class EveryKind {

  private static final AgentId SCOUT = AgentId.of("scout-1");
  private static final AgentId GUIDE = AgentId.of("guide-1");

  private EveryKind() {}

  private static AgentCard detailed() {
    var skill = new AgentCard.Skill("walk", "walking", "shows the way", List.of("paths"));
    var endpoint = new AgentCard.Endpoint("https://guides.example/1", "JSONRPC", "1.0");
    return new AgentCard(
        GUIDE,
        "paths",
        "I know the way.",
        new AgentCard.Details("parks", "2.1", List.of(skill), List.of(endpoint), 3));
  }

  /** One of each, all at the moment {@code at}, with ids of their own. */
  public static List<Event> of(ExperimentId experiment, Instant at) {
    var card = new AgentCard(SCOUT, "plants", "I know what grows in the shade.");
    List<Event> events = new ArrayList<>();
    events.add(new AgentStarted(id(), experiment, at, SCOUT, "scout", card));
    events.add(new AgentStarted(id(), experiment, at, SCOUT, "mute", null));
    events.add(new AgentStarted(id(), experiment, at, GUIDE, "guide", detailed()));
    events.add(new StateRecorded(id(), experiment, at, SCOUT, Payload.text("calm"), Trace.start()));
    for (Channel channel : Channel.values()) {
      events.add(
          new MessageSent(
              id(),
              experiment,
              at,
              SCOUT,
              GUIDE,
              channel,
              Payload.text("hello"),
              new Trace(-1, Long.MIN_VALUE, -1)));
    }
    events.add(new ErrorRaised(id(), experiment, at, "agent/a", "two\nlines", null));
    events.add(new ErrorRaised(id(), experiment, at, "llm", "no answer", Trace.start().child()));
    events.add(
        new EventRecorded(id(), experiment, at, SCOUT, "sale", Payload.text("3"), Trace.start()));
    events.add(new MetricRecorded(id(), experiment, at, SCOUT, "price.eur", -2.5, Trace.start()));
    events.add(new DecisionMade(id(), experiment, at, SCOUT, choice(), Trace.start()));
    events.add(new DecisionMade(id(), experiment, at, SCOUT, nobody(), Trace.start()));
    for (Evidence evidence : evidence(at)) {
      events.add(new EvidenceGiven(id(), experiment, evidence));
    }
    events.add(
        new SurveyAnswered(id(), experiment, at, SCOUT, "mood", Payload.text("ok"), Trace.start()));
    for (ChatReply.Source source : ChatReply.Source.values()) {
      events.add(answered(experiment, at, source));
    }
    for (ChatException.Reason failure : ChatException.Reason.values()) {
      events.add(failed(experiment, at, failure));
    }
    return List.copyOf(events);
  }

  private static Referral choice() {
    float[] values = new float[StateShape.SIZE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(i) / 3;
    }
    return new Referral(
        new Need("What grows in the shade? é漢🦙"),
        List.of(
            new Candidate(GUIDE, 0.1 + 0.2, new Standing(0.7, 3.25, 0.4, 1, 12.5), 3),
            new Candidate(AgentId.of("guide-2"), -1, new Standing(0.5, 0, 0, 0.5, 1_000), 0)),
        new State(values, 2),
        new Decision(OptionalInt.of(1), List.of(0.25, 1.0 / 3), 0.4, "weighted-score-1"),
        new Referral.Timings(
            Duration.ofNanos(4_000_001), Duration.ofNanos(120_000), Duration.ofNanos(1)));
  }

  private static Referral nobody() {
    return new Referral(
        new Need("Who is there?"),
        List.of(),
        new State(new float[StateShape.SIZE], 0),
        new Decision(OptionalInt.empty(), List.of(), 1, "weighted-score-1"),
        new Referral.Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO));
  }

  private static List<Evidence> evidence(Instant at) {
    var said = new Rating(0.75, true, Duration.ofNanos(1_234_567_891));
    var found = new Rating(0, false, Duration.ZERO).with(Dimension.FAIRNESS, 0.1);
    return List.of(
        new Evidence.Witnessed(GUIDE, true, Duration.ofMillis(7), at, Trace.start()),
        new Evidence.Witnessed(GUIDE, false, Duration.ofSeconds(90), at, Trace.start()),
        new Evidence.Checked(SCOUT, GUIDE, said, found, at, Trace.start()),
        new Evidence.Opinion(SCOUT, GUIDE, said, at, Trace.start()));
  }

  private static Event answered(ExperimentId experiment, Instant at, ChatReply.Source source) {
    return new ModelCalled(
        id(),
        experiment,
        at,
        SCOUT,
        "llama-3",
        210,
        42,
        source == ChatReply.Source.MODEL ? 2 : 0,
        Duration.ofNanos(5_000_001),
        Duration.ofSeconds(2),
        source,
        null,
        Trace.start());
  }

  private static Event failed(ExperimentId experiment, Instant at, ChatException.Reason failure) {
    return new ModelCalled(
        id(),
        experiment,
        at,
        SCOUT,
        "llama-3",
        0,
        0,
        1,
        Duration.ZERO,
        Duration.ofMillis(3),
        null,
        failure,
        Trace.start());
  }

  private static UUID id() {
    return UUID.randomUUID();
  }
}
