package dev.mama.cli;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.cli.YamlFile.Section;
import dev.mama.examples.Cards;
import dev.mama.examples.InputException;
import dev.mama.mlflow.MlflowServer;
import dev.mama.mqtt.MqttBroker;
import dev.mama.pg.PgDatabase;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An experiment as its file describes it.
 *
 * <p>Immutable. No text of it shows a secret.
 *
 * @param experiment its id; prefixes topics and rows
 * @param seed what all chance is drawn from
 * @param groups how many groups the agents are dealt out to
 * @param groupConcurrency how many agents of one group work at a task at a time
 * @param broker the user's own, or empty for the embedded one
 * @param llm the model
 * @param database the user's own, or empty for the embedded one
 * @param batchRows rows of a batch
 * @param flushInterval after which a batch is written that is not full
 * @param agents who takes part
 */
record ExperimentFile(
    ExperimentId experiment,
    long seed,
    int groups,
    int groupConcurrency,
    Optional<MqttBroker> broker,
    Llm llm,
    Optional<PgDatabase> database,
    int batchRows,
    Duration flushInterval,
    Optional<MlflowServer> mlflow,
    List<Agents> agents) {

  private static final List<String> ROOT =
      List.of("experiment", "mqtt", "llm", "db", "metrics", "agents", "seed");
  private static final List<String> EXPERIMENT =
      List.of("groups", "group_concurrency", "topic_prefix");
  private static final List<String> MQTT = List.of("broker", "qos_default", "session_persistent");
  private static final List<String> LLM = List.of("provider", "timeout_s", "retries", "pool_size");
  private static final List<String> DB =
      List.of("dsn", "write_mode", "batch_rows", "flush_interval_ms");
  private static final List<String> METRICS = List.of("mlflow_tracking_uri");
  private static final List<String> AGENTS = List.of("type", "class", "count", "card", "tasks");
  private static final List<String> CARD = List.of("specialty", "description");
  private static final String TOPICS = "exps/";
  private static final int MOST_AGENTS = 1_000_000;

  /**
   * The model that agents ask.
   *
   * @param scripted whether it is the scripted one, a fake
   */
  record Llm(boolean scripted, Duration timeout, int retries, int poolSize) {}

  /**
   * Agents of one type, whose ids are its name and a number from 1 on.
   *
   * @param className a class on the class path, or empty for a type that is built in
   * @param card what each of them offers, or empty if they offer nothing
   * @param tasks how many tasks each is given
   */
  record Agents(
      String type, Optional<String> className, int count, Optional<Card> card, int tasks) {

    /** What its agents offer; helpers without a card of their own have those of the demo. */
    Map<AgentId, AgentCard> cards() {
      Map<AgentId, AgentCard> cards = new HashMap<>();
      List<AgentId> ids = ids();
      if (card.isPresent()) {
        ids.forEach(id -> cards.put(id, card.get().of(id)));
      } else if (className.isEmpty() && type.equals(AgentTypes.HELPER)) {
        List<AgentCard> builtIn = Cards.scale(Cards.builtIn(), count);
        for (int i = 0; i < count; i++) {
          AgentCard like = builtIn.get(i);
          cards.put(ids.get(i), new AgentCard(ids.get(i), like.specialty(), like.description()));
        }
      }
      return cards;
    }

    List<AgentId> ids() {
      var ids = new ArrayList<AgentId>(count);
      for (int number = 1; number <= count; number++) {
        ids.add(AgentId.of(type + "-" + number));
      }
      return ids;
    }
  }

  /** What agents of a type offer. */
  record Card(String specialty, String description) {
    AgentCard of(AgentId agent) {
      return new AgentCard(agent, specialty, description);
    }
  }

  /**
   * Reads {@code file}.
   *
   * @param environment the value of a variable, or null
   * @throws InputException if it cannot be used; all that is wrong, one a line, each with its line
   */
  static ExperimentFile read(Path file, UnaryOperator<@Nullable String> environment) {
    return YamlFile.read(
        file, environment, ROOT, (yaml, root) -> new Reader(yaml, file).read(root));
  }

  /** Makes an experiment of what stands there, and defaults of what does not. */
  private record Reader(YamlFile yaml, Path file) {

    ExperimentFile read(Section root) {
      Section experiment = root.section("experiment", EXPERIMENT);
      Section mqtt = root.section("mqtt", MQTT);
      Section llm = root.section("llm", LLM);
      Section db = root.section("db", DB);
      Optional<MlflowServer> mlflow = mlflow(root.section("metrics", METRICS));
      ExperimentId id = id(experiment);
      db.choice("write_mode", "copy", List.of("copy"));
      int batchRows = (int) db.number("batch_rows", 2_000, 1, 1_000_000);
      var flush = Duration.ofMillis(db.number("flush_interval_ms", 200, 1, 3_600_000));
      return new ExperimentFile(
          id,
          root.number("seed", 42, Long.MIN_VALUE, Long.MAX_VALUE),
          (int) experiment.number("groups", 1, 1, 1_000),
          (int) experiment.number("group_concurrency", 8, 1, 100_000),
          broker(mqtt, id),
          new Llm(
              llm.choice("provider", "scripted", List.of("scripted", "openai")).equals("scripted"),
              Duration.ofSeconds(llm.number("timeout_s", 60, 1, 86_400)),
              (int) llm.number("retries", 2, 0, 100),
              (int) llm.number("pool_size", 8, 1, 10_000)),
          database(db, batchRows, flush),
          batchRows,
          flush,
          mlflow,
          agents(root));
    }

    private ExperimentId id(Section experiment) {
      String prefix = experiment.text("topic_prefix").orElse(null);
      if (prefix != null) {
        try {
          if (prefix.startsWith(TOPICS)) {
            return ExperimentId.of(prefix.substring(TOPICS.length()));
          }
        } catch (IllegalArgumentException e) {
          // told below, with the form that is expected
        }
        yaml.problem(
            experiment.line("topic_prefix"),
            "'topic_prefix' must be exps/ and an id of 1 to 64 characters of A-Z a-z 0-9 . _ -, for topics are exps/<experiment>/…");
      }
      String name = String.valueOf(file.getFileName()).replaceAll("\\.ya?ml$", "");
      String time =
          DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT)
              .withZone(ZoneOffset.UTC)
              .format(Instant.now());
      String safe = name.replaceAll("[^A-Za-z0-9._-]", "-");
      return ExperimentId.of(safe.substring(0, Math.min(40, safe.length())) + "-" + time);
    }

    private Optional<MqttBroker> broker(Section mqtt, ExperimentId id) {
      boolean persistent = mqtt.truth("session_persistent", false);
      if (mqtt.number("qos_default", 1, 0, 2) != 1) {
        yaml.problem(
            mqtt.line("qos_default"),
            "'qos_default' must be 1: messages between agents go at QoS 1 and are handled once; a kind of message has another only by its type");
      }
      String text = mqtt.text("broker").orElse(null);
      if (text == null) {
        if (persistent) {
          yaml.problem(
              mqtt.line("session_persistent"),
              "'session_persistent' needs a 'broker' that outlives the run; the embedded one does not");
        }
        return Optional.empty();
      }
      try {
        URI uri = URI.create(text);
        String scheme = String.valueOf(uri.getScheme());
        boolean tls = scheme.equals("mqtts");
        if ((tls || scheme.equals("mqtt")) && uri.getHost() != null) {
          MqttBroker broker =
              MqttBroker.at(uri.getHost(), uri.getPort() >= 0 ? uri.getPort() : tls ? 8883 : 1883);
          broker = tls ? broker.withTls() : broker;
          broker = persistent ? broker.withClientId("mama-" + id.value()) : broker;
          String user = uri.getRawUserInfo();
          return Optional.of(user == null ? broker : login(broker, user));
        }
      } catch (IllegalArgumentException e) {
        // told below: the text may hold a password
      }
      yaml.problem(
          mqtt.line("broker"), "'broker' must have the form mqtt://[user:password@]host[:port]");
      return Optional.empty();
    }

    private static MqttBroker login(MqttBroker broker, String user) {
      int colon = user.indexOf(':');
      return broker.withLogin(
          decoded(colon < 0 ? user : user.substring(0, colon)),
          decoded(colon < 0 ? "" : user.substring(colon + 1)));
    }

    private static String decoded(String text) {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private Optional<PgDatabase> database(Section db, int batchRows, Duration flush) {
      String dsn = db.text("dsn").orElse(null);
      if (dsn == null) {
        return Optional.empty();
      }
      try {
        PgDatabase database;
        if (dsn.startsWith("jdbc:postgresql:")) {
          database = PgDatabase.of(dsn, "", "");
        } else {
          URI uri = URI.create(dsn);
          String scheme = String.valueOf(uri.getScheme());
          if (!(scheme.equals("postgresql") || scheme.equals("postgres"))
              || uri.getHost() == null) {
            throw new IllegalArgumentException("another form");
          }
          String user = uri.getRawUserInfo();
          int colon = user == null ? -1 : user.indexOf(':');
          String query = uri.getRawQuery();
          database =
              PgDatabase.of(
                  "jdbc:postgresql://%s:%d%s%s"
                      .formatted(
                          uri.getHost(),
                          uri.getPort() < 0 ? 5432 : uri.getPort(),
                          uri.getRawPath(),
                          query == null ? "" : "?" + query),
                  user == null ? "" : decoded(colon < 0 ? user : user.substring(0, colon)),
                  user == null || colon < 0 ? "" : decoded(user.substring(colon + 1)));
        }
        return Optional.of(queued(database, batchRows, flush));
      } catch (IllegalArgumentException e) {
        // The text may hold a password, and so may the failure.
        yaml.problem(
            db.line("dsn"),
            "'dsn' must have the form postgresql://user:password@host:port/database");
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

    private List<Agents> agents(Section root) {
      var agents = new ArrayList<Agents>();
      var types = new HashSet<String>();
      for (Section entry : root.sections("agents", AGENTS)) {
        String type = entry.text("type").orElse("");
        if (!type.matches("[A-Za-z0-9._-]{1,100}")) {
          yaml.problem(
              entry.line("type"),
              "'type' of an agent must be 1 to 100 characters of A-Z a-z 0-9 . _ -; its agents are called by it");
        } else if (!types.add(type)) {
          yaml.problem(
              entry.line("type"), "type '%s' stands there twice; raise its count".formatted(type));
        }
        Optional<String> className = entry.text("class");
        if (className.isEmpty() && !AgentTypes.isBuiltIn(type)) {
          yaml.problem(
              entry.line("type"),
              "type '%s' is not built in (%s are); give its 'class'"
                  .formatted(type, String.join(", ", AgentTypes.builtIn())));
        }
        agents.add(
            new Agents(
                type,
                className,
                (int) entry.number("count", 1, 1, MOST_AGENTS),
                card(entry),
                (int) entry.number("tasks", 0, 0, MOST_AGENTS)));
      }
      if (agents.isEmpty()) {
        yaml.problem(root.line("agents"), "'agents' is missing or empty; add '- type: …'");
      }
      if (agents.stream().mapToLong(Agents::count).sum() > MOST_AGENTS) {
        yaml.problem(
            root.line("agents"), "more than %,d agents; lower 'count'".formatted(MOST_AGENTS));
      }
      return List.copyOf(agents);
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

  /** {@code database} with batches of {@code batchRows} and room for ten of them. */
  static PgDatabase queued(PgDatabase database, int batchRows, Duration flush) {
    return database.withQueue(Math.max(20_000, 10 * batchRows), batchRows, flush);
  }
}
