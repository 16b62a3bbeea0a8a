package dev.mama.bench;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Rating;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.llm.LlmClient;
import dev.mama.llm.LlmEndpoint;
import dev.mama.matching.OnnxSentenceEncoder;
import dev.mama.memory.JournalMemoryLog;
import dev.mama.memory.MemoryOptions;
import dev.mama.memory.SemanticMemory;
import dev.mama.minilm.MiniLm;
import dev.mama.mqtt.MqttBroker;
import dev.mama.mqtt.MqttTransport;
import dev.mama.pg.PgDatabase;
import dev.mama.pg.PgEventLog;
import dev.mama.registry.JournalTrustLedger;
import dev.mama.runtime.AgentGroup;
import dev.mama.testkit.HashingEncoder;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a process opens at its start, each until it can be used. */
enum StartPart {
  /** {@code LlmClient} with a connection. */
  LLM {
    @Override
    AutoCloseable open(Places places, int number) throws InterruptedException {
      var client = LlmClient.builder(LlmEndpoint.of(places.model(), "scripted")).build();
      client.warmUp();
      return client;
    }
  },
  /** {@code MqttTransport}, connected. */
  MQTT {
    @Override
    AutoCloseable open(Places places, int number) throws InterruptedException {
      URI broker = URI.create(places.broker());
      return MqttTransport.connect(MqttBroker.at(broker.getHost(), broker.getPort()));
    }
  },
  /** {@code PgEventLog}, connected to a database whose tables are there. */
  STORAGE {
    @Override
    AutoCloseable open(Places places, int number) {
      return PgEventLog.open(PgDatabase.of(places.database(), places.user(), places.password()));
    }
  },
  /** The sentence encoder, with one text encoded. */
  ENCODER {
    @Override
    AutoCloseable open(Places places, int number) throws InterruptedException {
      var encoder =
          OnnxSentenceEncoder.open(
              MiniLm.NAME, MiniLm.graph(), MiniLm.tokenizer(), MiniLm.MAX_TOKENS);
      var unused = encoder.encode("hello");
      return encoder;
    }
  },
  /** {@code SemanticMemory} on a log that holds items of before; the encoder is not opened. */
  MEMORY {
    @Override
    AutoCloseable open(Places places, int number) throws InterruptedException {
      var log = JournalMemoryLog.open(places.folder("memory", number));
      var memory =
          SemanticMemory.of(new HashingEncoder(), MemoryOptions.defaults(), Time.system(), log);
      if (memory.size() == 0) {
        throw new IllegalStateException("the memory to be opened is empty");
      }
      return log;
    }

    @Override
    void fill(Places places, int number, int count) throws InterruptedException {
      try (var log = JournalMemoryLog.open(places.folder("memory", number));
          var encoder = new HashingEncoder()) {
        SemanticMemory.of(encoder, MemoryOptions.defaults(), Time.system(), log)
            .addAll(AGENT, Sentences.draw(count, number));
      }
    }
  },
  /** The registry's trust ledger on disk, which holds evidence of before. */
  REGISTRY {
    @Override
    AutoCloseable open(Places places, int number) throws InterruptedException {
      var ledger = JournalTrustLedger.open(places.folder("ledger", number), Time.system());
      if (ledger.top(1).isEmpty()) {
        throw new IllegalStateException("the ledger to be opened is empty");
      }
      return ledger;
    }

    @Override
    void fill(Places places, int number, int count) throws InterruptedException {
      try (var ledger = JournalTrustLedger.open(places.folder("ledger", number), Time.system())) {
        for (int i = 0; i < count; i += AT_ONCE) {
          var evidence = new ArrayList<Evidence>();
          for (int j = 0; j < AT_ONCE; j++) {
            AgentId agent = AgentId.of("agent-" + j);
            var rating = new Rating(0.8, true, Duration.ofMillis(1));
            evidence.add(
                new Evidence.Checked(AGENT, agent, rating, rating, Instant.now(), Trace.start()));
          }
          ledger.submit(evidence).await();
        }
      }
    }
  },
  /** A group without a network, with an agent that has answered once. */
  GROUP {
    @Override
    AutoCloseable open(Places places, int number) throws InterruptedException {
      AgentGroup group = AgentGroup.builder(ExperimentId.of("start")).build();
      group.define(
          AgentType.of("echo", () -> (message, context) -> context.reply(message.payload())));
      group.start(AGENT, "echo");
      var unused = group.client("me").ask(AGENT, Payload.text("hello"), Duration.ofSeconds(10));
      return group;
    }
  };

  private static final AgentId AGENT = AgentId.of("agent");
  private static final int AT_ONCE = 100;

  /**
   * Where things are.
   *
   * @param model the model's server
   * @param broker {@code mqtt://host:port}
   * @param database a JDBC URL
   * @param user of the database
   * @param password of the database
   * @param folder where memories and ledgers are
   */
  record Places(
      String model, String broker, String database, String user, String password, Path folder) {

    Path folder(String name, int number) {
      return folder.resolve(name + "-" + number);
    }

    /** As lines for another process. */
    List<String> words() {
      return List.of(model, broker, database, user, password, folder.toString());
    }

    static Places of(List<String> words) {
      return new Places(
          words.get(0),
          words.get(1),
          words.get(2),
          words.get(3),
          words.get(4),
          Path.of(words.get(5)));
    }

    /** Says no password. */
    @Override
    public String toString() {
      return "Places[%s, %s, %s]".formatted(model, broker, folder);
    }
  }

  /**
   * Opens it.
   *
   * @param number which of those that are open at once, from 0
   */
  abstract AutoCloseable open(Places places, int number) throws InterruptedException;

  /** Puts {@code count} items where it will be opened, if it keeps any. */
  void fill(Places places, int number, int count) throws InterruptedException {}

  /** How it is called in figures. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
