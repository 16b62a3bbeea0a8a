package dev.mama.cli;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.examples.Cards;
import dev.mama.examples.InputException;
import dev.mama.journal.Grade;
import dev.mama.mlflow.MlflowServer;
import dev.mama.mqtt.MqttBroker;
import dev.mama.pg.PgDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An experiment as its file describes it; {@link ExperimentReader} reads it.
 *
 * <p>Immutable. No text of it shows a secret.
 *
 * @param experiment its id; prefixes topics and rows
 * @param seed what all chance is drawn from
 * @param groups how many groups the agents are dealt out to
 * @param groupConcurrency how many agents of one group work at a task at a time
 * @param durability how safely the agents are kept, or empty if they live in memory
 * @param steps how the agents live in steps, or empty if they do not
 * @param wire how messages travel
 * @param llm the model
 * @param storage where rows go
 * @param mlflow where the run is shown, or empty
 * @param agents who takes part
 */
record ExperimentFile(
    ExperimentId experiment,
    long seed,
    int groups,
    int groupConcurrency,
    Optional<Grade> durability,
    Optional<StepLife> steps,
    Wire wire,
    Llm llm,
    Storage storage,
    Optional<MlflowServer> mlflow,
    List<Agents> agents) {

  /**
   * Life in steps.
   *
   * @param steps how many
   * @param skew how many steps an agent may be ahead of the slowest
   */
  record StepLife(long steps, int skew) {}

  /**
   * How messages travel.
   *
   * @param broker the user's own, or empty for the embedded one
   * @param qos of messages between agents and of users, 1 or 2
   */
  record Wire(Optional<MqttBroker> broker, int qos) {}

  /**
   * The model that agents ask.
   *
   * @param scripted whether it is the scripted one, a fake
   */
  record Llm(boolean scripted, Duration timeout, int retries, int poolSize) {}

  /** Where rows go. */
  enum WriteMode {
    /** Into a database, by binary COPY. */
    COPY,
    /** Into Avro files. */
    ARCHIVE,
    /** Into both. */
    BOTH;

    /** As it stands in a file. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Where rows go.
   *
   * @param database the user's own, or empty for the embedded one
   * @param archive the folder of the Avro files
   * @param batchRows rows of a batch
   * @param flushInterval after which a batch is written that is not full
   */
  record Storage(
      WriteMode mode,
      Optional<PgDatabase> database,
      Path archive,
      int batchRows,
      Duration flushInterval) {

    boolean hasDatabase() {
      return mode != WriteMode.ARCHIVE;
    }

    boolean hasArchive() {
      return mode != WriteMode.COPY;
    }

    /** {@code other} with these batches and room for ten of them. */
    PgDatabase queued(PgDatabase other) {
      return other.withQueue(Math.max(20_000, 10 * batchRows), batchRows, flushInterval);
    }
  }

  /**
   * Agents of one type, whose ids are its name and a number from 1 on.
   *
   * @param className a class on the class path, or empty for a type that is built in
   * @param card what each of them offers, or empty if they offer nothing
   * @param tasks how many tasks each is given
   * @param hears in steps: the types whose agents may send to these, or empty for everybody
   */
  record Agents(
      String type,
      Optional<String> className,
      int count,
      Optional<Card> card,
      int tasks,
      List<String> hears) {

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

  /** How many agents take part. */
  int agentCount() {
    return agents.stream().mapToInt(Agents::count).sum();
  }

  /**
   * Reads {@code file}.
   *
   * @param environment the value of a variable, or null
   * @throws InputException if it cannot be used; all that is wrong, one a line, each with its line
   */
  static ExperimentFile read(Path file, UnaryOperator<@Nullable String> environment) {
    return ExperimentReader.read(file, environment, Optional.empty());
  }

  /**
   * Reads {@code file}, which was begun as {@code experiment}.
   *
   * @throws InputException as {@link #read(Path, UnaryOperator)} does, and if the file names
   *     another experiment
   */
  static ExperimentFile read(
      Path file, UnaryOperator<@Nullable String> environment, ExperimentId experiment) {
    return ExperimentReader.read(file, environment, Optional.of(experiment));
  }
}
