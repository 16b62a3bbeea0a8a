package dev.mama.cli;

import dev.mama.ExperimentId;
import dev.mama.cli.ExperimentFile.Agents;
import dev.mama.cli.ExperimentFile.Card;
import dev.mama.cli.ExperimentFile.Llm;
import dev.mama.cli.ExperimentFile.StepLife;
import dev.mama.cli.ExperimentFile.Storage;
import dev.mama.cli.ExperimentFile.Wire;
import dev.mama.cli.ExperimentFile.WriteMode;
import dev.mama.cli.YamlFile.Section;
import dev.mama.examples.InputException;
import dev.mama.journal.Grade;
import dev.mama.mlflow.MlflowServer;
import dev.mama.mqtt.MqttBroker;
import dev.mama.pg.PgDatabase;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes an experiment of what stands in a file, and defaults of what does not.
 *
 * @param known the id under which the experiment was begun, or empty if it begins
 */
record ExperimentReader(YamlFile yaml, Path file, Optional<ExperimentId> known) {

  private static final List<String> ROOT =
      List.of("experiment", "mqtt", "llm", "db", "metrics", "agents", "seed");
  private static final List<String> EXPERIMENT =
      List.of("groups", "group_concurrency", "topic_prefix", "durability", "steps", "skew");
  private static final List<String> MQTT = List.of("broker", "qos_default", "session_persistent");
  private static final List<String> LLM = List.of("provider", "timeout_s", "retries", "pool_size");
  private static final List<String> DB =
      List.of("dsn", "write_mode", "archive", "batch_rows", "flush_interval_ms");
  private static final List<String> METRICS = List.of("mlflow_tracking_uri");
  private static final List<String> AGENTS =
      List.of("type", "class", "count", "card", "tasks", "hears");
  private static final List<String> CARD = List.of("specialty", "description");
  private static final List<String> GRADES = List.of("none", "memory", "journalled", "synced");
  private static final List<String> WRITE_MODES = List.of("copy", "archive", "both");
  private static final String TOPICS = "exps/";
  private static final int MOST_AGENTS = 1_000_000;
  private static final int MOST_KEPT_CONCURRENCY = 1_000;
  private static final Path ARCHIVE = Path.of("results", "archive");

  /**
   * Reads {@code file}.
   *
   * @param environment the value of a variable, or null
   * @throws InputException if it cannot be used; all that is wrong, one a line, each with its line
   */
  static ExperimentFile read(
      Path file, UnaryOperator<@Nullable String> environment, Optional<ExperimentId> known) {
    return YamlFile.read(
        file,
        environment,
        ROOT,
        (yaml, root) -> new ExperimentReader(yaml, file, known).read(root));
  }

  private ExperimentFile read(Section root) {
    Section experiment = root.section("experiment", EXPERIMENT);
    Section mqtt = root.section("mqtt", MQTT);
    Section llm = root.section("llm", LLM);
    Section db = root.section("db", DB);
    Optional<MlflowServer> mlflow = mlflow(root.section("metrics", METRICS));
    ExperimentId id = id(experiment);
    int groups = (int) experiment.number("groups", 1, 1, 1_000);
    Optional<StepLife> steps = steps(experiment, groups);
    Optional<Grade> durability = durability(experiment);
    if (steps.isPresent() && durability.isPresent()) {
      yaml.problem(
          experiment.line("durability"),
          "'durability' is for agents that live from message to message, and these live in 'steps';"
              + " leave one of them out");
    }
    return new ExperimentFile(
        id,
        root.number("seed", 42, Long.MIN_VALUE, Long.MAX_VALUE),
        groups,
        (int) experiment.number("group_concurrency", 8, 1, 100_000),
        durability,
        steps,
        wire(mqtt, id, groups > 1 && durability.isPresent()),
        new Llm(
            llm.choice("provider", "scripted", List.of("scripted", "openai")).equals("scripted"),
            Duration.ofSeconds(llm.number("timeout_s", 60, 1, 86_400)),
            (int) llm.number("retries", 2, 0, 100),
            (int) llm.number("pool_size", 8, 1, 10_000)),
        storage(db),
        mlflow,
        agents(root, steps.isPresent()));
  }

  private ExperimentId id(Section experiment) {
    String prefix = experiment.text("topic_prefix").orElse(null);
    if (prefix != null) {
      try {
        if (prefix.startsWith(TOPICS)) {
          ExperimentId named = ExperimentId.of(prefix.substring(TOPICS.length()));
          if (known.isPresent() && !known.get().equals(named)) {
            yaml.problem(
                experiment.line("topic_prefix"),
                "'topic_prefix' names experiment '%s', and '%s' is to be resumed; resume with the file it was begun with"
                    .formatted(named, known.get()));
          }
          return named;
        }
      } catch (IllegalArgumentException e) {
        // told below, with the form that is expected
      }
      yaml.problem(
          experiment.line("topic_prefix"),
          "'topic_prefix' must be exps/ and an id of 1 to 64 characters of A-Z a-z 0-9 . _ -, for"
              + " topics are exps/<experiment>/…");
    }
    return known.orElseGet(this::ofNameAndTime);
  }

  private ExperimentId ofNameAndTime() {
    String name = String.valueOf(file.getFileName()).replaceAll("\\.ya?ml$", "");
    String time =
        DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT)
            .withZone(ZoneOffset.UTC)
            .format(Instant.now());
    String safe = name.replaceAll("[^A-Za-z0-9._-]", "-");
    return ExperimentId.of(safe.substring(0, Math.min(40, safe.length())) + "-" + time);
  }

  private Optional<Grade> durability(Section experiment) {
    String grade = experiment.choice("durability", "none", GRADES);
    if (grade.equals("none") || !GRADES.contains(grade)) {
      return Optional.empty();
    }
    if (experiment.number("group_concurrency", 8, 1, 100_000) > MOST_KEPT_CONCURRENCY) {
      yaml.problem(
          experiment.line("group_concurrency"),
          "'group_concurrency' must be at most %,d where agents are durable, for the tasks under way are written with each task; lower it"
              .formatted(MOST_KEPT_CONCURRENCY));
    }
    return Optional.of(Grade.valueOf(grade.toUpperCase(Locale.ROOT)));
  }

  private Optional<StepLife> steps(Section experiment, int groups) {
    if (!experiment.has("steps")) {
      if (experiment.has("skew")) {
        yaml.problem(experiment.line("skew"), "'skew' is about 'steps', and there are none");
      }
      return Optional.empty();
    }
    if (groups > 1) {
      yaml.problem(experiment.line("groups"), "'groups' must be 1, for 'steps' are of one group");
    }
    return Optional.of(
        new StepLife(
            experiment.number("steps", 1, 1, 1_000_000_000),
            (int) experiment.number("skew", 16, 1, 1_024)));
  }

  /**
   * @param through whether durable agents are sent messages through the broker
   */
  private Wire wire(Section mqtt, ExperimentId id, boolean through) {
    int qos = (int) mqtt.number("qos_default", 1, 0, 2);
    if (qos == 0) {
      yaml.problem(
          mqtt.line("qos_default"),
          "'qos_default' must be 1 or 2, not 0: messages between agents are in order and none is"
              + " lost; what may be lost goes at QoS 0 by its type");
    }
    boolean persistent = mqtt.truth("session_persistent", false);
    String text = mqtt.text("broker").orElse(null);
    if (text == null) {
      if (persistent) {
        yaml.problem(
            mqtt.line("session_persistent"),
            "'session_persistent' needs a 'broker' that outlives the run; the embedded one does"
                + " not");
      }
      return new Wire(Optional.empty(), qos);
    }
    if (through && !persistent) {
      yaml.problem(
          mqtt.line("broker"),
          "'session_persistent' must be true where durable agents of several 'groups' send through"
              + " a 'broker' of your own; else a kill loses what it has for them");
    }
    try {
      MqttBroker broker = ServerUris.broker(text, id, persistent);
      return new Wire(Optional.of(broker), qos);
    } catch (IllegalArgumentException e) {
      // The text may hold a password, and so may the failure.
      yaml.problem(
          mqtt.line("broker"), "'broker' must have the form mqtt://[user:password@]host[:port]");
      return new Wire(Optional.empty(), qos);
    }
  }

  private Storage storage(Section db) {
    String word = db.choice("write_mode", "copy", WRITE_MODES);
    WriteMode mode =
        WRITE_MODES.contains(word)
            ? WriteMode.valueOf(word.toUpperCase(Locale.ROOT))
            : WriteMode.COPY;
    if (mode == WriteMode.ARCHIVE && db.has("dsn")) {
      yaml.problem(
          db.line("dsn"),
          "'dsn' names a database, and 'write_mode' is archive; leave it out, or write both");
    }
    if (mode == WriteMode.COPY && db.has("archive")) {
      yaml.problem(
          db.line("archive"),
          "'archive' names a folder, and 'write_mode' is copy; write archive or both");
    }
    var storage =
        new Storage(
            mode,
            Optional.empty(),
            db.text("archive").map(Path::of).orElse(ARCHIVE),
            (int) db.number("batch_rows", 2_000, 1, 1_000_000),
            Duration.ofMillis(db.number("flush_interval_ms", 200, 1, 3_600_000)));
    return db.text("dsn")
        .flatMap(dsn -> database(db, dsn))
        .map(database ->
            new Storage(
                mode,
                Optional.of(storage.queued(database)),
                storage.archive(),
                storage.batchRows(),
                storage.flushInterval()))
        .orElse(storage);
  }

  private Optional<PgDatabase> database(Section db, String dsn) {
    try {
      return Optional.of(ServerUris.database(dsn));
    } catch (IllegalArgumentException e) {
      // The text may hold a password, and so may the failure.
      yaml.problem(
          db.line("dsn"), "'dsn' must have the form postgresql://user:password@host:port/database");
      return Optional.empty();
    }
  }

  private Optional<MlflowServer> mlflow(Section metrics) {
    try {
      return metrics.text("mlflow_tracking_uri").map(uri -> MlflowServer.at(URI.create(uri)));
    } catch (IllegalArgumentException e) {
      // The text may hold a password, and so may the failure.
      yaml.problem(
          metrics.line("mlflow_tracking_uri"),
          "'mlflow_tracking_uri' must have the form http://host:port");
      return Optional.empty();
    }
  }

  private List<Agents> agents(Section root, boolean inSteps) {
    var agents = new ArrayList<Agents>();
    var types = new HashSet<String>();
    List<Section> entries = root.sections("agents", AGENTS);
    for (Section entry : entries) {
      String type = type(entry, types);
      Optional<String> className = entry.text("class");
      if (className.isEmpty() && !AgentTypes.isBuiltIn(type)) {
        yaml.problem(
            entry.line("type"),
            "type '%s' is not built in (%s are); give its 'class'"
                .formatted(type, String.join(", ", AgentTypes.builtIn())));
      } else if (className.isEmpty() && inSteps) {
        yaml.problem(
            entry.line("type"),
            "agents of type '%s' do not live in 'steps'; give a 'class' of your own that is a dev.mama.StepAgent"
                .formatted(type));
      }
      if (inSteps && entry.has("tasks")) {
        yaml.problem(
            entry.line("tasks"), "'tasks' are questions, and agents in 'steps' answer none");
      }
      if (!inSteps && entry.has("hears")) {
        yaml.problem(entry.line("hears"), "'hears' is about 'steps', and there are none");
      }
      agents.add(
          new Agents(
              type,
              className,
              (int) entry.number("count", 1, 1, MOST_AGENTS),
              card(entry),
              (int) entry.number("tasks", 0, 0, MOST_AGENTS),
              entry.texts("hears")));
    }
    if (agents.isEmpty()) {
      yaml.problem(root.line("agents"), "'agents' is missing or empty; add '- type: …'");
    }
    if (agents.stream().mapToLong(Agents::count).sum() > MOST_AGENTS) {
      yaml.problem(
          root.line("agents"), "more than %,d agents; lower 'count'".formatted(MOST_AGENTS));
    }
    checkHeard(entries, agents);
    return List.copyOf(agents);
  }

  private String type(Section entry, Set<String> types) {
    String type = entry.text("type").orElse("");
    if (!type.matches("[A-Za-z0-9._-]{1,100}")) {
      yaml.problem(
          entry.line("type"),
          "'type' of an agent must be 1 to 100 characters of A-Z a-z 0-9 . _ -; its agents are"
              + " called by it");
    } else if (!types.add(type)) {
      yaml.problem(
          entry.line("type"), "type '%s' stands there twice; raise its count".formatted(type));
    }
    return type;
  }

  private void checkHeard(List<Section> entries, List<Agents> agents) {
    Set<String> types = agents.stream().map(Agents::type).collect(Collectors.toSet());
    for (int i = 0; i < agents.size(); i++) {
      for (String heard : agents.get(i).hears()) {
        if (!types.contains(heard)) {
          yaml.problem(
              entries.get(i).line("hears"),
              "'hears' names type '%s', and there is none; known are %s"
                  .formatted(heard, String.join(", ", types.stream().sorted().toList())));
        }
      }
    }
  }

  private Optional<Card> card(Section entry) {
    if (!entry.has("card")) {
      return Optional.empty();
    }
    Section card = entry.section("card", CARD);
    Optional<String> specialty = card.text("specialty");
    Optional<String> description = card.text("description");
    if (specialty.isEmpty() || description.isEmpty()) {
      yaml.problem(card.line(), "a 'card' needs 'specialty' and 'description'");
    }
    return specialty.flatMap(s -> description.map(d -> new Card(s, d)));
  }
}
