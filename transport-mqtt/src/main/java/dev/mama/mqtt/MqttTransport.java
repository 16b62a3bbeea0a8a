package dev.mama.mqtt;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult.Mqtt5Qos1Result;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.PayloadException;
import dev.mama.Time;
import dev.mama.TransportException;
import dev.mama.UnknownAgentException;
import dev.mama.spi.Envelope;
import dev.mama.spi.Transport;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Transport} over <a href="https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html">MQTT
 * 5</a>: one connection, however many agents.
 *
 * <p>An agent's messages travel on {@code exps/<experiment>/agents/<agent>/<channel>} at QoS 1, its
 * payload as JSON and the rest of the envelope as user properties. It is subscribed to its own
 * topics and to nothing wider. A foreign client that publishes JSON there reaches the agent as
 * {@code user}; what is malformed is logged, counted ({@link #malformed}) and dropped.
 *
 * <p>{@link #send} returns once the broker has acknowledged. At most 1,000 messages are
 * unacknowledged; further senders wait, in their order. Arriving messages are acknowledged to the
 * broker as soon as their receiver has returned; receivers are called on a thread of the client,
 * one message after another. A message that the broker knows nobody to have subscribed for is an
 * {@link UnknownAgentException}.
 *
 * <p>A lost connection comes back by itself, with pauses of 0.1 to 10 seconds; meanwhile senders
 * wait, at most {@link MqttBroker#acknowledgeTimeout}. The broker keeps what arrives for {@link
 * MqttBroker#sessionExpiry}; if it lost the session, agents are subscribed again and unacknowledged
 * messages are sent again. A session ends with its transport.
 *
 * <p>Thread-safe.
 */
public final class MqttTransport implements Transport {

  private static final Logger log = LoggerFactory.getLogger(MqttTransport.class);

  private static final int WINDOW = 1_000;
  private static final long CLOSE_SECONDS = 5;

  private final MqttBroker broker;
  private final Time time;
  private final Connection connection;

  private final Routes routes = new Routes();

  /** One permit per message that the broker has not acknowledged. */
  private final Semaphore window = new Semaphore(WINDOW, true);

  private final Routes.Filters filters =
      new Routes.Filters() {
        @Override
        public void subscribe(List<String> added) throws InterruptedException {
          refuseIfClosed();
          connection.subscribe(added);
        }

        @Override
        public void unsubscribe(List<String> removed) throws InterruptedException {
          if (!closed.get()) {
            connection.unsubscribe(removed);
          }
        }
      };

  private final AtomicLong malformed = new AtomicLong();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** The client's thread while it is in a receiver's call. */
  private volatile @Nullable Thread receiving;

  private MqttTransport(MqttBroker broker, Time time) throws InterruptedException {
    this.broker = broker;
    this.time = time;
    this.connection = Connection.open(broker, this::receive);
  }

  /**
   * Connects to {@code broker}; waits at most {@link MqttBroker#connectTimeout}.
   *
   * @throws TransportException if nobody answers there, or the broker refuses; nothing is left open
   * @throws InterruptedException if interrupted while waiting, with the same effect
   */
  public static MqttTransport connect(MqttBroker broker) throws InterruptedException {
    return connect(broker, Time.system());
  }

  /**
   * Connects as {@link #connect(MqttBroker)} does.
   *
   * @param time the clock that the deadlines of messages are on
   */
  public static MqttTransport connect(MqttBroker broker, Time time) throws InterruptedException {
    return new MqttTransport(broker, time);
  }

  @Override
  public String name() {
    return "mqtt";
  }

  /** How many messages arrived malformed and were dropped. */
  public long malformed() {
    return malformed.get();
  }

  @Override
  public void subscribe(
      ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
      throws InterruptedException {
    refuseIfClosed();
    routes.subscribe(experiment, agents, receiver, filters);
  }

  @Override
  public void unsubscribe(ExperimentId experiment, Collection<AgentId> agents)
      throws InterruptedException {
    routes.unsubscribe(experiment, agents, filters);
  }

  @Override
  public void subscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> receiver)
      throws InterruptedException {
    refuseIfClosed();
    routes.subscribeTopic(experiment, topic, receiver, filters);
  }

  @Override
  public void unsubscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> receiver)
      throws InterruptedException {
    routes.unsubscribeTopic(experiment, topic, receiver, filters);
  }

  @Override
  public void send(Envelope envelope) throws InterruptedException {
    if (!handOver(envelope, Wire.encode(envelope, time))) {
      throw new UnknownAgentException(envelope.message().to());
    }
  }

  @Override
  public void publish(Envelope envelope) throws InterruptedException {
    if (envelope.sequence() != null) {
      throw new IllegalArgumentException(
          "what is published on topic '%s' has no place in a line; leave the sequence out"
              .formatted(envelope.message().to()));
    }
    var unused = handOver(envelope, Wire.encodePublished(envelope, time));
  }

  /** False if the broker knows that nobody subscribed there. */
  private boolean handOver(Envelope envelope, Mqtt5Publish publish) throws InterruptedException {
    AgentId to = envelope.message().to();
    if (Thread.currentThread().equals(receiving)) {
      throw new IllegalStateException(
          "a receiver sent to agent '%s' from within its call; hand the envelope over and return"
              .formatted(to));
    }
    refuseIfTooLarge(envelope);
    window.acquire();
    if (closed.get()) {
      window.release();
      throw refusal();
    }
    // Not released when the sender stops waiting: the client still holds the message.
    CompletableFuture<Mqtt5PublishResult> acknowledged =
        connection.publish(publish).whenComplete((result, failure) -> window.release());
    Mqtt5PublishResult result =
        connection.await(acknowledged, "a message to agent '%s'".formatted(to));
    return !(result instanceof Mqtt5Qos1Result answered)
        || answered.getPubAck().getReasonCode() != Mqtt5PubAckReasonCode.NO_MATCHING_SUBSCRIBERS;
  }

  private void refuseIfTooLarge(Envelope envelope) {
    int bytes = envelope.message().payload().json().length;
    if (bytes > broker.payloadLimit()) {
      throw new PayloadException(
          "payload for agent '%s' has %d bytes, more than %d; send less, or raise payloadLimit"
              .formatted(envelope.message().to(), bytes, broker.payloadLimit()));
    }
  }

  private void receive(Mqtt5Publish publish) {
    Envelope envelope;
    try {
      envelope = Wire.decode(publish, time);
    } catch (IllegalArgumentException e) {
      malformed.incrementAndGet();
      log.warn(
          "dropped a malformed message on topic '{}': {}",
          printable(publish.getTopic().toString()),
          printable(String.valueOf(e.getMessage())));
      return;
    }
    // None where it was unsubscribed after this was sent.
    for (Consumer<Envelope> receiver : routes.of(Wire.address(publish))) {
      deliver(envelope, receiver);
    }
  }

  private void deliver(Envelope envelope, Consumer<Envelope> receiver) {
    receiving = Thread.currentThread();
    try {
      receiver.accept(envelope);
    } catch (RuntimeException | Error e) {
      log.error("receiver of '{}' threw; the envelope is lost", envelope.message().to(), e);
    } finally {
      receiving = null;
    }
  }

  /** Waits, at most 5 seconds each, for acknowledgements under way and for the disconnection. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    try {
      // All permits together: nothing is under way, and who comes later sees that it is closed.
      if (!window.tryAcquire(WINDOW, CLOSE_SECONDS, TimeUnit.SECONDS)) {
        log.warn("MQTT broker {} left messages unacknowledged for {} s", broker, CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    connection.close();
    routes.clear();
    window.release(WINDOW);
  }

  private void refuseIfClosed() {
    if (closed.get()) {
      throw refusal();
    }
  }

  private TransportException refusal() {
    return new TransportException(
        "MQTT transport to %s is closed; open a new one".formatted(broker), null);
  }

  /** What a foreign client sent, in one line of at most 200 characters. */
  private static String printable(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= 200 ? line : line.substring(0, 200) + "…";
  }
}
