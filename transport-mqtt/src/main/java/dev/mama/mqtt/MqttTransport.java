package dev.mama.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.PayloadException;
import dev.mama.TransportException;
import dev.mama.UnknownAgentException;
import dev.mama.mqtt.MqttOptions.Announcement;
import dev.mama.spi.Envelope;
import dev.mama.spi.Presence;
import dev.mama.spi.Presence.State;
import dev.mama.spi.Transport;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Transport} over <a href="https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html">MQTT
 * 5</a>: one connection, however many agents.
 *
 * <p>An agent's messages travel on {@code exps/<experiment>/agents/<agent>/<channel>}, its payload
 * as JSON and the rest of the envelope as user properties. It is subscribed to its own topics and
 * to nothing wider. A foreign client that publishes JSON there reaches the agent as {@code user};
 * where it names a response topic below {@code exps/<experiment>/users/}, the agent's reply goes
 * there, with its correlation data. What is malformed is logged, counted and dropped.
 *
 * <p>Messages go at QoS 1, where that is chosen all at 2 ({@link MqttOptions#qos}), those on {@code
 * user-survey} and {@code intervene}, and those of types named for it ({@link
 * MqttOptions#exactlyOnce}), at QoS 2, publications on topics at QoS 1, or 0 where they are
 * telemetry ({@link MqttOptions#telemetry}).
 *
 * <p>{@link #send} returns once the broker has acknowledged. At most 1,000 messages are
 * unacknowledged; further senders wait, in their order. Arriving messages are acknowledged once
 * their receiver has returned, or with an inbox ({@link MqttOptions#inbox}) once they are on disk.
 * A message that the broker knows nobody to have subscribed for is an {@link
 * UnknownAgentException}; to {@code user} it is dropped.
 *
 * <p>A lost connection comes back by itself, with pauses of 0.1 to 10 seconds; meanwhile senders
 * wait, at most {@link MqttBroker#acknowledgeTimeout}. The broker keeps what arrives for {@link
 * MqttBroker#sessionExpiry}; if it lost the session, agents are subscribed again and unacknowledged
 * messages are sent again. A session ends with its transport, unless {@link
 * MqttBroker#keepsSession}; what a kept one brings waits for its agent to be started, for a minute
 * and up to 16 MiB, with an inbox for ever.
 *
 * <p>Thread-safe.
 */
public final class MqttTransport implements Transport {

  private static final Logger log = LoggerFactory.getLogger(MqttTransport.class);

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final MqttBroker broker;
  private final MqttOptions options;
  private final Routes routes;
  private final Intake intake;
  private final @Nullable InboxJournal inbox;
  private final Connection connection;
  private final Publisher publisher;
  private final AtomicBoolean closed = new AtomicBoolean();

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

  private MqttTransport(MqttBroker broker, MqttOptions options) throws InterruptedException {
    this.broker = broker;
    this.options = options;
    routes = new Routes(options.time());
    intake = new Intake(routes, options, Intake.MOST_QUEUED_QOS0);
    inbox =
        options.inbox().isEmpty()
            ? null
            : InboxJournal.open(
                options.inbox().get(), broker.payloadLimit(), broker.clientId(), options, intake);
    boolean opened = false;
    Connection connecting = null;
    try {
      if (inbox != null) {
        intake.keepIn(inbox);
      }
      connecting =
          Connection.open(
              broker,
              announcement(State.LOST),
              intake::arrived,
              inbox != null,
              () -> announceSoon(State.HERE));
      connection = connecting;
      publisher = new Publisher(broker, connection, options);
      Mqtt5Publish here = announcement(State.HERE);
      if (here != null) {
        publisher.publish(here, Wire.FOREIGN);
      }
      opened = true;
    } finally {
      if (!opened) {
        closeAll(connecting);
      }
    }
  }

  private void closeAll(@Nullable Connection opened) throws InterruptedException {
    if (opened != null) {
      opened.close(CLOSE_LIMIT);
    }
    intake.close();
    if (inbox != null) {
      inbox.close();
    }
  }

  /**
   * Connects to {@code broker} with the default options; waits at most {@link
   * MqttBroker#connectTimeout}.
   *
   * @throws TransportException if nobody answers there, or the broker refuses; nothing is left open
   * @throws InterruptedException if interrupted while waiting, with the same effect
   */
  public static MqttTransport connect(MqttBroker broker) throws InterruptedException {
    return connect(broker, MqttOptions.defaults());
  }

  /**
   * Connects as {@link #connect(MqttBroker)} does.
   *
   * @throws dev.mama.journal.JournalException if the inbox' folder is in use or damaged
   */
  public static MqttTransport connect(MqttBroker broker, MqttOptions options)
      throws InterruptedException {
    return new MqttTransport(broker, options);
  }

  @Override
  public String name() {
    return "mqtt";
  }

  Connection connection() {
    return connection;
  }

  /** What it has done so far. */
  public MqttFigures figures() {
    return intake.figures(
        new MqttFigures(
            publisher.sent(), 0, connection.reconnects(), connection.redelivered(), 0, 0, 0, 0));
  }

  @Override
  public void subscribe(
      ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
      throws InterruptedException {
    refuseIfClosed();
    routes.subscribe(experiment, agents, receiver, filters);
    intake.receiversChanged();
  }

  @Override
  public void unsubscribe(
      ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
      throws InterruptedException {
    routes.unsubscribe(experiment, agents, receiver, filters);
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
    refuseIfReceivingOrTooLarge(envelope);
    AgentId to = envelope.message().to();
    var way = intake.requests().take(envelope);
    if (way.isPresent()) {
      boolean heard = publisher.publish(Wire.encodeAnswer(envelope, way.get(), options.time()), to);
      log.debug("answered on '{}', heard: {}", way.get().topic(), heard);
    } else if (!publisher.publish(Wire.encode(envelope, options), to) && !to.equals(Wire.FOREIGN)) {
      throw new UnknownAgentException(to);
    }
  }

  @Override
  public void publish(Envelope envelope) throws InterruptedException {
    if (envelope.sequence() != null) {
      throw new IllegalArgumentException(
          "what is published on topic '%s' has no place in a line; leave the sequence out"
              .formatted(envelope.message().to()));
    }
    refuseIfReceivingOrTooLarge(envelope);
    boolean telemetry = options.telemetry().contains(envelope.message().payload().type());
    MqttQos qos = telemetry ? MqttQos.AT_MOST_ONCE : MqttQos.AT_LEAST_ONCE;
    publisher.offer(Wire.encodePublished(envelope, qos, options.time()), envelope.message().to());
  }

  @Override
  public void handled(Envelope envelope) {
    if (inbox != null) {
      inbox.handled(envelope);
    }
  }

  private void refuseIfReceivingOrTooLarge(Envelope envelope) {
    AgentId to = envelope.message().to();
    if (intake.isReceiving()) {
      throw new IllegalStateException(
          "a receiver sent to agent '%s' from within its call; hand the envelope over and return"
              .formatted(to));
    }
    int bytes = envelope.message().payload().json().length;
    if (bytes > broker.payloadLimit()) {
      throw new PayloadException(
          "payload for agent '%s' has %d bytes, more than %d; send less, or raise payloadLimit"
              .formatted(to, bytes, broker.payloadLimit()));
    }
  }

  /**
   * {@inheritDoc} A dead process is known after at most one and a half of its {@link
   * MqttBroker#keepAlive}. A process is known that announces itself ({@link MqttOptions#presence}).
   *
   * @param watcher called for one piece of news after another, on a thread that all watchers of
   *     this transport share, or on this one
   */
  @Override
  public void watchPresence(ExperimentId experiment, Consumer<Presence> watcher)
      throws InterruptedException {
    refuseIfClosed();
    intake.presence.watch(experiment, watcher);
    connection.subscribeRetained(PresenceWire.filter(experiment));
  }

  private @Nullable Mqtt5Publish announcement(State state) {
    Announcement told = options.presence().orElse(null);
    return told == null ? null : PresenceWire.encode(broker.clientId(), told, state);
  }

  /** On the client's thread, which must not wait. */
  private void announceSoon(State state) {
    Mqtt5Publish news = announcement(state);
    if (news != null) {
      Thread.startVirtualThread(() -> announce(news));
    }
  }

  private void announce(Mqtt5Publish news) {
    try {
      publisher.publish(news, Wire.FOREIGN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TransportException e) {
      log.warn("presence could not be announced: {}", e.getMessage());
    }
  }

  /** Says so where there is somebody to hear it; else the will has said more. */
  private void leave(Duration limit) {
    Mqtt5Publish left = announcement(State.LEFT);
    if (left == null || !connection.isUp()) {
      return;
    }
    try {
      Thread.startVirtualThread(() -> announce(left)).join(limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits, at most 6 seconds in all, for its last word, for acknowledgements under way and for the
   * disconnection. What waits in the inbox stays there for the next start.
   */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    long endNanos = System.nanoTime() + CLOSE_LIMIT.toNanos();
    leave(until(endNanos));
    publisher.close(until(endNanos));
    connection.close(until(endNanos).plusSeconds(1));
    try {
      if (inbox != null) {
        inbox.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      intake.close();
      routes.clear();
      publisher.release();
    }
  }

  private static Duration until(long endNanos) {
    return Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
  }

  private void refuseIfClosed() {
    if (closed.get()) {
      throw publisher.refusal();
    }
  }
}
