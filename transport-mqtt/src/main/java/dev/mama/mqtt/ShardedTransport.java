package dev.mama.mqtt;

import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.spi.Envelope;
import dev.mama.spi.Presence;
import dev.mama.spi.Transport;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Spreads agents, or whole experiments, over several transports, each to its own broker. Where one
 * is follows from its name and the brokers' names alone (rendezvous hashing: Thaler and
 * Ravishankar, Using Name-Based Mappings to Increase Hit Rates, 1998), so all processes agree, and
 * adding a broker moves only what goes to it: 1 of n. A message goes to its receiver's broker and
 * to no other.
 *
 * <p>All processes of an experiment name the same brokers the same way. Brokers are added between
 * runs: a message to an agent that has moved meanwhile does not follow it.
 *
 * <p>Thread-safe.
 */
public final class ShardedTransport implements Transport {

  /** What stays together. */
  public enum By {
    /** An experiment is on one broker. */
    EXPERIMENT,
    /** An agent is on one broker, and so is a topic. */
    AGENT
  }

  private final By by;
  private final Map<String, Transport> shards;

  private ShardedTransport(By by, Map<String, ? extends Transport> shards) {
    this.by = by;
    this.shards = new TreeMap<>(shards);
  }

  /**
   * Spreads over {@code shards}, which it closes when it is closed.
   *
   * @param shards by the broker's name, which is the same in all processes
   * @throws IllegalArgumentException if there are none
   */
  public static ShardedTransport over(By by, Map<String, ? extends Transport> shards) {
    if (shards.isEmpty()) {
      throw new IllegalArgumentException("there are no brokers to spread over; name one at least");
    }
    return new ShardedTransport(by, shards);
  }

  /** The name of the broker that {@code agent} is on. */
  public String shardOf(ExperimentId experiment, AgentId agent) {
    return nameOf(key(experiment, "agents", agent.value()));
  }

  private String key(ExperimentId experiment, String kind, String name) {
    return by == By.EXPERIMENT ? experiment.toString() : experiment + "/" + kind + "/" + name;
  }

  private String nameOf(String key) {
    String best = "";
    long most = 0;
    for (String name : shards.keySet()) {
      long weight = hash(name + "\n" + key);
      if (best.isEmpty() || Long.compareUnsigned(weight, most) > 0) {
        best = name;
        most = weight;
      }
    }
    return best;
  }

  /** FNV-1a over the UTF-8 bytes, then mixed (the finalizer of SplitMix64). */
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (each & 0xff)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
    return hash ^ (hash >>> 31);
  }

  private Transport of(ExperimentId experiment, AgentId agent) {
    return get(shardOf(experiment, agent));
  }

  private Transport ofTopic(ExperimentId experiment, String topic) {
    return get(nameOf(key(experiment, "topics", topic)));
  }

  private Transport get(String name) {
    Transport shard = shards.get(name);
    if (shard == null) {
      throw new IllegalStateException("no broker is named '" + name + "'");
    }
    return shard;
  }

  @Override
  public String name() {
    return shards.values().iterator().next().name() + " × " + shards.size();
  }

  private Map<String, List<AgentId>> spread(ExperimentId experiment, Collection<AgentId> agents) {
    return agents.stream().collect(Collectors.groupingBy(agent -> shardOf(experiment, agent)));
  }

  @Override
  public void subscribe(
      ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
      throws InterruptedException {
    for (var part : spread(experiment, agents).entrySet()) {
      get(part.getKey()).subscribe(experiment, part.getValue(), receiver);
    }
  }

  @Override
  public void unsubscribe(
      ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
      throws InterruptedException {
    for (var part : spread(experiment, agents).entrySet()) {
      get(part.getKey()).unsubscribe(experiment, part.getValue(), receiver);
    }
  }

  @Override
  public void subscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> receiver)
      throws InterruptedException {
    ofTopic(experiment, topic).subscribeTopic(experiment, topic, receiver);
  }

  @Override
  public void unsubscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> receiver)
      throws InterruptedException {
    ofTopic(experiment, topic).unsubscribeTopic(experiment, topic, receiver);
  }

  @Override
  public void send(Envelope envelope) throws InterruptedException {
    of(envelope.experiment(), envelope.message().to()).send(envelope);
  }

  @Override
  public void publish(Envelope envelope) throws InterruptedException {
    ofTopic(envelope.experiment(), envelope.message().to().value()).publish(envelope);
  }

  @Override
  public void handled(Envelope envelope) {
    of(envelope.experiment(), envelope.message().to()).handled(envelope);
  }

  /** {@inheritDoc} A process is another one on each broker that it announces itself at. */
  @Override
  public void watchPresence(ExperimentId experiment, Consumer<Presence> watcher)
      throws InterruptedException {
    for (Transport shard : shards.values()) {
      shard.watchPresence(experiment, watcher);
    }
  }

  /** Closes all of them. */
  @Override
  public void close() {
    shards.values().forEach(Transport::close);
  }
}
