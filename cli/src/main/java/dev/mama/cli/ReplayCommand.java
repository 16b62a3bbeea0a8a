package dev.mama.cli;

import dev.mama.AgentId;
import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.cli.SourceOptions.Source;
import dev.mama.examples.InputException;
import dev.mama.pg.Difference;
import dev.mama.pg.EventQuery;
import dev.mama.pg.EventQuery.Position;
import dev.mama.pg.Replay;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows an experiment once more, or how two differ. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description =
        "Prints an experiment's events in order of time, one a line; with --compare the first"
            + " message at which two experiments differ (exit code 1 if they do).")
final class ReplayCommand implements Callable<Integer> {

  private static final Map<String, Class<? extends Event>> KINDS =
      new TreeMap<>(
          Map.of(
              "agents", Event.AgentStarted.class,
              "states", Event.StateRecorded.class,
              "messages", Event.MessageSent.class,
              "errors", Event.ErrorRaised.class,
              "events", Event.EventRecorded.class,
              "metrics", Event.MetricRecorded.class,
              "decisions", Event.DecisionMade.class,
              "evidence", Event.EvidenceGiven.class,
              "calls", Event.ModelCalled.class,
              "surveys", Event.SurveyAnswered.class));

  @Parameters(paramLabel = "EXPERIMENT", description = "the experiment's id")
  private String experiment = "";

  @Mixin private SourceOptions options = new SourceOptions();

  @Option(
      names = "--compare",
      paramLabel = "OTHER",
      description = "the experiment to compare with, in the same place")
  private @Nullable String other;

  @Option(
      names = "--compare-in",
      paramLabel = "PLACE",
      description = "where OTHER is, if elsewhere: the URL of a database or an archive's folder")
  private @Nullable String otherPlace;

  @Option(
      names = "--agent",
      paramLabel = "ID",
      description = "only events of this agent; repeat it")
  private List<String> agents = List.of();

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description =
          "agents, states, messages, errors, events, metrics, decisions, evidence, calls or surveys;"
              + " repeat it (all)")
  private List<String> kinds = List.of();

  @Option(names = "--from", paramLabel = "TIME", description = "2026-06-01T12:00:00Z; included")
  private @Nullable String from;

  @Option(names = "--until", paramLabel = "TIME", description = "not included")
  private @Nullable String until;

  @Option(
      names = "--after",
      paramLabel = "POSITION",
      description = "go on behind this position, as the last line told it")
  private @Nullable String after;

  @Option(
      names = "--speed",
      paramLabel = "N",
      description = "1 as recorded, 10 ten times as fast (as fast as can be read)")
  private @Nullable Double speed;

  @Override
  public Integer call() throws InterruptedException {
    ExperimentId id = DatabaseOptions.experiment(experiment);
    EventQuery query = query(id);
    try (Source source = options.open()) {
      if (other != null) {
        return compare(source, id, DatabaseOptions.experiment(other));
      }
      Replay replay = Replay.of(source.events(), query);
      Optional<Position> last =
          (speed == null ? replay : replay.atSpeed(positive(speed)))
              .run(event -> System.out.println(line(event)));
      if (last.isEmpty()) {
        throw new InputException("experiment '%s' has no such events".formatted(id));
      }
      last.ifPresent(p -> System.out.printf("position %s/%s%n", p.at(), p.id()));
      return 0;
    }
  }

  private int compare(Source source, ExperimentId id, ExperimentId second)
      throws InterruptedException {
    Source place = otherPlace == null ? source : SourceOptions.open(otherPlace);
    try (place) {
      Optional<Difference> difference =
          Difference.between(source.events(), id, place.events(), second);
      System.out.println(difference.map(Difference::toString).orElse("the messages are the same"));
      return difference.isPresent() ? 1 : 0;
    }
  }

  private EventQuery query(ExperimentId id) {
    Set<Class<? extends Event>> wanted = new HashSet<>();
    for (String kind : kinds) {
      Class<? extends Event> found = KINDS.get(kind.toLowerCase(Locale.ROOT));
      if (found == null) {
        throw new InputException(
            "--kind %s is unknown; known are %s"
                .formatted(kind, String.join(", ", KINDS.keySet())));
      }
      wanted.add(found);
    }
    Set<AgentId> ids = new HashSet<>();
    for (String agent : agents) {
      try {
        ids.add(AgentId.of(agent));
      } catch (IllegalArgumentException e) {
        throw new InputException("--agent: " + e.getMessage());
      }
    }
    EventQuery query =
        EventQuery.all(id)
            .kinds(wanted)
            .agents(ids)
            .between(time("--from", from), time("--until", until));
    return after == null ? query : query.after(position(after));
  }

  private static @Nullable Instant time(String option, @Nullable String value) {
    try {
      return value == null ? null : Instant.parse(value);
    } catch (DateTimeParseException e) {
      throw new InputException(
          "%s %s is no time; write it like 2026-06-01T12:00:00Z".formatted(option, value));
    }
  }

  private static Position position(String value) {
    int slash = value.indexOf('/');
    try {
      return new Position(
          Instant.parse(value.substring(0, Math.max(0, slash))),
          UUID.fromString(value.substring(slash + 1)));
    } catch (DateTimeParseException | IllegalArgumentException e) {
      throw new InputException(
          "--after %s is no position; copy the one that the last line of a replay told"
              .formatted(value));
    }
  }

  private static double positive(double speed) {
    if (!(speed > 0 && speed < Double.POSITIVE_INFINITY)) {
      throw new InputException(
          "--speed %s must be a positive number; 1 is the recorded speed".formatted(speed));
    }
    return speed;
  }

  private static String line(Event any) {
    String what =
        switch (any) {
          case Event.AgentStarted e -> "agent    %s (%s)".formatted(e.agent(), e.type());
          case Event.StateRecorded e -> "state    %s: %s".formatted(e.agent(), e.state());
          case Event.MessageSent e ->
              "message  %s -> %s on %s: %s"
                  .formatted(e.from(), e.to(), e.channel().level(), e.payload());
          case Event.ErrorRaised e -> "error    %s: %s".formatted(e.component(), e.detail());
          case Event.EventRecorded e ->
              "event    %s %s: %s".formatted(e.agent(), e.kind(), e.body());
          case Event.MetricRecorded e ->
              "metric   %s %s = %s".formatted(e.agent(), e.name(), e.value());
          case Event.DecisionMade e ->
              "decision %s: %s"
                  .formatted(e.agent(), e.referral().chosen().map(AgentId::value).orElse("nobody"));
          case Event.EvidenceGiven e ->
              "evidence %s: %s".formatted(e.evidence().subject(), e.evidence());
          case Event.ModelCalled e ->
              "call     %s of %s: %s, %d tokens"
                  .formatted(
                      e.agent(),
                      e.model(),
                      e.failure() == null ? e.source() : e.failure(),
                      e.promptTokens() + e.completionTokens());
          case Event.SurveyAnswered e ->
              "survey   %s %s: %s".formatted(e.agent(), e.form(), e.answers());
        };
    return "%s %s".formatted(any.at(), what);
  }
}
