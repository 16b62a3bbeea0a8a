package dev.mama.mqtt;

import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.Intervention;
import dev.mama.Time;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * How a transport behaves, whatever its broker. Made by {@link #defaults}; each method returns a
 * changed copy.
 *
 * <p>Immutable.
 *
 * @param inbox where arriving messages are kept until they have been handled; empty to acknowledge
 *     them once they are in a mailbox
 * @param heldBytes with an inbox: payload bytes of messages in mailboxes and turns, over all
 *     agents; what exceeds that waits on disk. 1 MiB to 64 GiB, by default 64 MiB
 * @param heldPerAgent with an inbox: messages in one agent's mailbox and turn; what exceeds that
 *     waits on disk. 1 to 100,000, by default 128, at most the group's {@code mailboxCapacity}
 * @param rate messages this transport sends a second, 0 for no limit (the default)
 * @param topicRate messages this transport sends to one agent or topic a second, 0 for no limit
 *     (the default)
 * @param qos of messages and answers between agents and of users: 1 (the default), or 2, which
 *     takes twice the packets; surveys and interventions go at 2 in any case
 * @param telemetry simple names of the records that are published at QoS 0 and may be lost
 * @param exactlyOnce simple names of the records that are sent at QoS 2 on any channel; by default
 *     {@code Intervention}
 * @param presence what others are told of this process, empty for nothing
 * @param time the clock that deadlines are on
 */
public record MqttOptions(
    Optional<Path> inbox,
    long heldBytes,
    int heldPerAgent,
    int rate,
    int topicRate,
    int qos,
    Set<String> telemetry,
    Set<String> exactlyOnce,
    Optional<Announcement> presence,
    Time time) {

  /**
   * What is announced.
   *
   * <p>Immutable.
   *
   * @param experiment whose members hear of it
   * @param groups the names of this process' groups
   */
  public record Announcement(ExperimentId experiment, Set<String> groups) {
    /**
     * @throws IllegalArgumentException if a name is not of the form of an agent id
     */
    public Announcement {
      groups = Set.copyOf(groups);
      groups.forEach(AgentId::of);
    }
  }

  /**
   * @throws IllegalArgumentException if a value is out of its range
   */
  public MqttOptions {
    telemetry = Set.copyOf(telemetry);
    exactlyOnce = Set.copyOf(exactlyOnce);
    require(heldBytes, "heldBytes", 1L << 20, 1L << 36);
    require(heldPerAgent, "heldPerAgent", 1, 100_000);
    require(rate, "rate", 0, 10_000_000);
    require(topicRate, "topicRate", 0, 10_000_000);
    require(qos, "qos", 1, 2);
  }

  private static void require(long value, String name, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "MQTT %s %d must be %d to %d".formatted(name, value, least, most));
    }
  }

  /** Acknowledge from the mailbox, no limits, no telemetry, no presence, the machine's clocks. */
  public static MqttOptions defaults() {
    return new MqttOptions(
        Optional.empty(),
        64L << 20,
        128,
        0,
        0,
        1,
        Set.of(),
        Set.of(Intervention.class.getSimpleName()),
        Optional.empty(),
        Time.system());
  }

  /**
   * Keeps arriving messages in a journal in {@code folder} until they have been handled, so that
   * they survive kill -9. The folder belongs to one transport at a time, and goes with a client id
   * of its own ({@link MqttBroker#withClientId}).
   */
  public MqttOptions inbox(Path folder) {
    return new MqttOptions(
        Optional.of(folder),
        heldBytes,
        heldPerAgent,
        rate,
        topicRate,
        qos,
        telemetry,
        exactlyOnce,
        presence,
        time);
  }

  /**
   * Other limits of what is in memory at once; see {@link #heldBytes} and {@link #heldPerAgent}.
   */
  public MqttOptions held(long bytes, int perAgent) {
    return new MqttOptions(
        inbox, bytes, perAgent, rate, topicRate, qos, telemetry, exactlyOnce, presence, time);
  }

  /** Limits what is sent; senders wait. See {@link #rate} and {@link #topicRate}. */
  public MqttOptions rates(int perSecond, int perTopicAndSecond) {
    return new MqttOptions(
        inbox,
        heldBytes,
        heldPerAgent,
        perSecond,
        perTopicAndSecond,
        qos,
        telemetry,
        exactlyOnce,
        presence,
        time);
  }

  /** Sends messages between agents and of users at QoS {@code level}; see {@link #qos}. */
  public MqttOptions qos(int level) {
    return new MqttOptions(
        inbox,
        heldBytes,
        heldPerAgent,
        rate,
        topicRate,
        level,
        telemetry,
        exactlyOnce,
        presence,
        time);
  }

  /** Publishes records of {@code type}, too, at QoS 0: each is outdated by the next. */
  public MqttOptions telemetry(Class<? extends Record> type) {
    var types = new HashSet<>(telemetry);
    types.add(type.getSimpleName());
    return new MqttOptions(
        inbox, heldBytes, heldPerAgent, rate, topicRate, qos, types, exactlyOnce, presence, time);
  }

  /**
   * Sends records of {@code type}, too, at QoS 2, whoever sends them and on whatever channel: twice
   * the packets, for what must not even be repeated on the wire.
   */
  public MqttOptions exactlyOnce(Class<? extends Record> type) {
    var types = new HashSet<>(exactlyOnce);
    types.add(type.getSimpleName());
    return new MqttOptions(
        inbox, heldBytes, heldPerAgent, rate, topicRate, qos, telemetry, types, presence, time);
  }

  /** Tells whoever watches {@code experiment} that these groups are here, and when they are not. */
  public MqttOptions presence(ExperimentId experiment, String... groups) {
    return new MqttOptions(
        inbox,
        heldBytes,
        heldPerAgent,
        rate,
        topicRate,
        qos,
        telemetry,
        exactlyOnce,
        Optional.of(new Announcement(experiment, Set.of(groups))),
        time);
  }

  /** Takes deadlines from another clock. */
  public MqttOptions time(Time clock) {
    return new MqttOptions(
        inbox,
        heldBytes,
        heldPerAgent,
        rate,
        topicRate,
        qos,
        telemetry,
        exactlyOnce,
        presence,
        clock);
  }
}
