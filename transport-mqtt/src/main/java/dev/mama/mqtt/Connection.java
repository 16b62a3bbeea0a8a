package dev.mama.mqtt;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5Disconnect;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import com.hivemq.client.mqtt.mqtt5.message.unsubscribe.Mqtt5Unsubscribe;
import dev.mama.TransportException;
import dev.mama.mqtt.Unanswered.Sent;
import io.reactivex.disposables.Disposable;
import io.reactivex.disposables.Disposables;
import io.reactivex.schedulers.Schedulers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/*
 * What the HiveMQ client leaves to its user:
 *
 * - Its own automatic reconnection also repeats the first connection for ever; ours begins after the
 *   first success, keeps the session, and sends again what was not acknowledged. It connects with
 *   the client's own will; one that only the first CONNECT had is forgotten.
 * - A message that waits for its acknowledgement holds back those of all later ones, so each is
 *   acknowledged as soon as the receiver has taken it over. Where that is when the receiver's call
 *   returns, the client does it, within its read: all acknowledgements of one read leave in one
 *   write. Those that the inbox gives later leave in one write, too, because of Flushes.
 * - Receive Maximum stays at its default, 65,535: Mosquitto 2.0.11 exceeds a smaller one, whereupon
 *   the client disconnects. The broker's own limit (max_inflight_messages) is the one to lower.
 * - The flow of incoming messages is open before the connection is, because a session that was
 *   kept delivers at once, and what nobody waits for is acknowledged and dropped.
 * - Whatever has not ended holds the client's Netty thread, which is no daemon: failing to connect
 *   ends that flow, and closing ends what a lost broker left.
 * - Results and arrivals would hop to a thread of RxJava's; nobody here waits in them, so they are
 *   run where they come up, on the Netty thread.
 * - Waiting for a result with a time limit sets a timer for each message. One look now and then at
 *   all that is unanswered does instead.
 */

/**
 * One connection to a broker, which comes back by itself.
 *
 * <p>Thread-safe.
 */
final class Connection {

  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  private static final int FILTERS_PER_PACKET = 1_000;
  private static final int PROPERTIES_LIMIT = 128 << 10;
  private static final long SHORTEST_PAUSE_MILLIS = 200;
  private static final long LONGEST_PAUSE_MILLIS = 10_000;

  private final MqttBroker broker;
  private final Mqtt5AsyncClient client;

  private volatile boolean established;
  private volatile boolean closing;
  private volatile long returnedNanos;

  private volatile Disposable incoming = Disposables.disposed();

  private final Unanswered unanswered;
  private final LongAdder reconnects = new LongAdder();
  private final LongAdder redelivered = new LongAdder();

  /** What else is to be done when the connection has come back. */
  private final Runnable returned;

  /** Ends when the next attempt to connect is due. */
  private volatile CompletableFuture<Void> pause = CompletableFuture.completedFuture(null);

  private Connection(MqttBroker broker, @Nullable Mqtt5Publish will, Runnable returned) {
    this.broker = broker;
    this.returned = returned;
    this.unanswered = new Unanswered(broker.acknowledgeTimeout(), broker.clientId());
    Mqtt5ClientBuilder builder =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier(broker.clientId())
            .willPublish(will)
            .transportConfig()
            .sslConfig(broker.tls().map(Connection::ssl).orElse(null))
            .serverHost(broker.host())
            .serverPort(broker.port())
            .socketConnectTimeout(broker.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .mqttConnectTimeout(broker.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .applyTransportConfig()
            .addConnectedListener(context -> connected())
            .addDisconnectedListener(this::disconnected)
            .executorConfig()
            .applicationScheduler(Schedulers.from(Runnable::run))
            .applyExecutorConfig();
    if (broker.login().isPresent()) {
      MqttBroker.Login login = broker.login().get();
      builder =
          builder
              .simpleAuth()
              .username(login.user())
              .password(login.password().getBytes(StandardCharsets.UTF_8))
              .applySimpleAuth();
    }
    client = builder.buildAsync();
  }

  private static MqttClientSslConfig ssl(MqttTls tls) {
    return MqttClientSslConfig.builder()
        .trustManagerFactory(tls.trustManagers().orElse(null))
        .keyManagerFactory(tls.keyManagers().orElse(null))
        .build();
  }

  /**
   * Connects.
   *
   * @param will what the broker publishes if it loses us, or null for nothing
   * @param receiver takes over what arrives, one message after another; called on the client's
   *     thread, it must neither wait nor throw
   * @param acknowledges whether the receiver acknowledges each message, sooner or later; else a
   *     message is acknowledged when the receiver returns
   * @param returned told each time the connection has come back, on the client's thread
   */
  static Connection open(
      MqttBroker broker,
      @Nullable Mqtt5Publish will,
      Consumer<Mqtt5Publish> receiver,
      boolean acknowledges,
      Runnable returned)
      throws InterruptedException {
    var connection = new Connection(broker, will, returned);
    connection.incoming =
        connection
            .client
            .toRx()
            .publishes(MqttGlobalPublishFilter.ALL, acknowledges)
            .subscribeWith(new Incoming(broker, receiver));
    boolean connected = false;
    try {
      connection.connect();
      connection.unanswered.start();
      connected = true;
    } finally {
      if (!connected) {
        connection.incoming.dispose();
      }
    }
    return connection;
  }

  private void connect() throws InterruptedException {
    Mqtt5Connect connect =
        Mqtt5Connect.builder()
            .cleanStart(false)
            .keepAlive((int) broker.keepAlive().toSeconds())
            .sessionExpiryInterval(broker.sessionExpiry().toSeconds())
            .restrictions()
            .maximumPacketSize(broker.payloadLimit() + PROPERTIES_LIMIT)
            .applyRestrictions()
            .build();
    try {
      client.connect(connect).get(broker.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      closing = true;
      throw e;
    } catch (TimeoutException e) {
      closing = true;
      throw new TransportException(
          "MQTT broker %s did not answer within %s; check host and port, or raise connectTimeout"
              .formatted(broker, broker.connectTimeout()),
          e);
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new TransportException(Refusals.toConnect(broker, cause), cause);
    }
  }

  /**
   * Hands {@code publish} to the client's thread; never waits.
   *
   * @param afterwards run once the broker has answered, or never will
   */
  Sent publish(Mqtt5Publish publish, Runnable afterwards) {
    return unanswered.add(client.publish(publish), afterwards);
  }

  /** For tests that look at what really leaves. */
  Mqtt5AsyncClient client() {
    return client;
  }

  /** Messages that the client holds, because the broker has not answered them. */
  int unanswered() {
    return unanswered.size();
  }

  /** Whether the broker can be spoken to, as far as the client knows. */
  boolean isUp() {
    return client.getState().isConnected();
  }

  long reconnects() {
    return reconnects.sum();
  }

  /** Whether the connection was lost, and came back no longer ago than {@code limit}. */
  boolean hasReturnedWithin(Duration limit) {
    return reconnects.sum() > 0 && System.nanoTime() - returnedNanos < limit.toNanos();
  }

  /** Messages that were unanswered when the connection came back, so that they went out again. */
  long redelivered() {
    return redelivered.sum();
  }

  /** Waits until the broker delivers what {@code filter} matches, what it retained first. */
  void subscribeRetained(String filter) throws InterruptedException {
    await(
        client.subscribe(
            Mqtt5Subscribe.builder()
                .topicFilter(filter)
                .qos(MqttQos.AT_LEAST_ONCE)
                .retainHandling(Mqtt5RetainHandling.SEND)
                .build()),
        "a subscription");
  }

  /** Waits until the broker delivers what these filters match; retained messages stay there. */
  void subscribe(List<String> filters) throws InterruptedException {
    forEachPacket(
        filters,
        "subscriptions",
        packet ->
            client.subscribe(
                Mqtt5Subscribe.builder()
                    .addSubscriptions(packet.stream().map(Connection::subscription))
                    .build()));
  }

  private static Mqtt5Subscription subscription(String filter) {
    return Mqtt5Subscription.builder()
        .topicFilter(filter)
        .qos(MqttQos.EXACTLY_ONCE) // as each was published
        .retainHandling(Mqtt5RetainHandling.DO_NOT_SEND)
        .build();
  }

  /** Waits until the broker has ended the delivery. */
  void unsubscribe(List<String> filters) throws InterruptedException {
    forEachPacket(
        filters,
        "the end of subscriptions",
        packet ->
            client.unsubscribe(
                Mqtt5Unsubscribe.builder()
                    .addTopicFilters(packet.stream().map(MqttTopicFilter::of))
                    .build()));
  }

  private void forEachPacket(
      List<String> filters, String what, Function<List<String>, CompletableFuture<?>> send)
      throws InterruptedException {
    List<CompletableFuture<?>> answers = new ArrayList<>();
    for (int from = 0; from < filters.size(); from += FILTERS_PER_PACKET) {
      int to = Math.min(filters.size(), from + FILTERS_PER_PACKET);
      answers.add(send.apply(filters.subList(from, to)));
    }
    for (CompletableFuture<?> answer : answers) {
      await(answer, what);
    }
  }

  /**
   * Waits for the broker's answer.
   *
   * @param what is to be acknowledged, for the message of the exception
   */
  Mqtt5PublishResult await(Sent sent, Supplier<String> what) throws InterruptedException {
    try {
      return sent.get();
    } catch (ExecutionException e) {
      throw failure(what.get(), Objects.requireNonNullElse(e.getCause(), e));
    } catch (CancellationException e) {
      throw failure(what.get(), e);
    }
  }

  private void await(CompletableFuture<?> answer, String what) throws InterruptedException {
    try {
      var unused = answer.get(broker.acknowledgeTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw failure(what, Objects.requireNonNullElse(e.getCause(), e));
    } catch (TimeoutException | CancellationException e) {
      throw failure(what, e);
    }
  }

  private TransportException failure(String what, Throwable cause) {
    return new TransportException(Refusals.toAcknowledge(broker, what, cause), cause);
  }

  /** Disconnects, and ends the session unless it is kept; waits at most so long. */
  void close(Duration limit) {
    closing = true;
    pause.complete(null);
    try {
      var disconnect = Mqtt5Disconnect.builder();
      if (!broker.keepsSession()) {
        disconnect = disconnect.sessionExpiryInterval(0);
      }
      client.disconnect(disconnect.build()).get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the client goes on disconnecting
    } catch (ExecutionException | TimeoutException e) {
      log.debug("MQTT broker {} was not there to disconnect from", broker, e);
    }
    incoming.dispose();
    unanswered.close();
  }

  private void connected() {
    if (closing) {
      client.disconnect().exceptionally(gone -> null);
      return;
    }
    Flushes.gather(client);
    if (established) {
      log.info("connected to MQTT broker {} again", broker);
      returnedNanos = System.nanoTime();
      reconnects.increment();
      redelivered.add(unanswered.size());
      returned.run();
    }
    established = true;
  }

  private void disconnected(MqttClientDisconnectedContext context) {
    if (closing || !established) {
      return;
    }
    if (context.getCause() instanceof Mqtt5DisconnectException told
        && told.getMqttMessage().getReasonCode() == Mqtt5DisconnectReasonCode.SESSION_TAKEN_OVER) {
      log.error(
          "client id '{}' is in use by another connection to MQTT broker {}; give each its own",
          broker.clientId(),
          broker);
    }
    var reconnector = context.getReconnector();
    long longest =
        Math.min(
            LONGEST_PAUSE_MILLIS, SHORTEST_PAUSE_MILLIS << Math.min(20, reconnector.getAttempts()));
    long millis = ThreadLocalRandom.current().nextLong(longest / 2, longest + 1);
    log.atLevel(reconnector.getAttempts() == 0 ? Level.WARN : Level.DEBUG)
        .log(
            "no connection to MQTT broker {} ({}); trying again in {} ms",
            broker,
            Refusals.reason(context.getCause()),
            millis);
    pause = new CompletableFuture<Void>().completeOnTimeout(null, millis, TimeUnit.MILLISECONDS);
    reconnector
        .resubscribeIfSessionExpired(true)
        .republishIfSessionExpired(true)
        .delay(0, TimeUnit.MILLISECONDS)
        .reconnectWhen(pause, (ended, failure) -> reconnector.reconnect(!closing));
  }
}
