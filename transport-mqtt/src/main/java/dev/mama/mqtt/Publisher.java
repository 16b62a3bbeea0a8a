package dev.mama.mqtt;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult.Mqtt5Qos1Result;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult.Mqtt5Qos2Result;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.pubrec.Mqtt5PubRecReasonCode;
import dev.mama.AgentId;
import dev.mama.TransportException;
import dev.mama.mqtt.Unanswered.Sent;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands messages to the broker, so many at once and so many a second, and waits for its word.
 *
 * <p>Thread-safe.
 */
final class Publisher {

  private static final Logger log = LoggerFactory.getLogger(Publisher.class);

  private static final int WINDOW = 1_000;
  private static final long AGAIN_MILLIS = 100;

  /** As long as the longest pause between two attempts to connect, and connecting. */
  private static final Duration GRACE = Duration.ofSeconds(15);

  private static final int MOST_PACES = 65_536;
  private static final int MOST_OFFERED = 100;

  private final MqttBroker broker;
  private final Connection connection;
  private final int topicRate;
  private final @Nullable Pace pace;
  private final Map<String, Pace> topicPaces = new ConcurrentHashMap<>();

  /** One permit per message that the broker has not acknowledged. */
  private final Semaphore window = new Semaphore(WINDOW, true);

  /** One permit per message that is offered again. */
  private final Semaphore offered = new Semaphore(MOST_OFFERED);

  private final LongAdder sent = new LongAdder();
  private volatile boolean closed;

  Publisher(MqttBroker broker, Connection connection, MqttOptions options) {
    this.broker = broker;
    this.connection = connection;
    this.pace = options.rate() == 0 ? null : new Pace(options.rate());
    this.topicRate = options.topicRate();
  }

  long sent() {
    return sent.sum();
  }

  /**
   * Returns once the broker has taken {@code publish} over; false if it knows that nobody
   * subscribed there. Soon after the connection was lost it asks again, because whoever lost theirs
   * as well, to a broker that has lost its sessions, is about to come back.
   */
  boolean publish(Mqtt5Publish publish, AgentId to) throws InterruptedException {
    awaitPace(publish);
    while (!publishOnce(publish, to)) {
      if (!connection.hasReturnedWithin(GRACE)) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
    }
    return true;
  }

  /**
   * Returns once the broker has taken {@code publish} over, which is for whoever follows. Where
   * nobody does soon after the connection was lost, it is offered again meanwhile, as {@link
   * #publish} would, but nobody waits for that, and what is published later may overtake it. At
   * most {@value #MOST_OFFERED} are offered at once; one more is for nobody.
   */
  void offer(Mqtt5Publish publish, AgentId to) throws InterruptedException {
    awaitPace(publish);
    if (!publishOnce(publish, to) && connection.hasReturnedWithin(GRACE) && offered.tryAcquire()) {
      Thread.startVirtualThread(() -> offerAgain(publish, to));
    }
  }

  private void offerAgain(Mqtt5Publish publish, AgentId to) {
    try {
      do {
        TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
      } while (!closed && connection.hasReturnedWithin(GRACE) && !publishOnce(publish, to));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TransportException e) {
      log.debug("a message to '{}' was not offered again", to, e);
    } finally {
      offered.release();
    }
  }

  private void awaitPace(Mqtt5Publish publish) throws InterruptedException {
    if (pace != null) {
      pace.await();
    }
    if (topicRate > 0) {
      paceOf(publish.getTopic().toString()).await();
    }
  }

  private boolean publishOnce(Mqtt5Publish publish, AgentId to) throws InterruptedException {
    window.acquire();
    if (closed) {
      window.release();
      throw refusal();
    }
    // Not released when the sender stops waiting: the client still holds the message.
    Sent handedOver = connection.publish(publish, window::release);
    Mqtt5PublishResult result = connection.await(handedOver, () -> "a message to '" + to + "'");
    sent.increment();
    return switch (result) {
      case Mqtt5Qos1Result answered ->
          answered.getPubAck().getReasonCode() != Mqtt5PubAckReasonCode.NO_MATCHING_SUBSCRIBERS;
      case Mqtt5Qos2Result answered ->
          answered.getPubRec().getReasonCode() != Mqtt5PubRecReasonCode.NO_MATCHING_SUBSCRIBERS;
      default -> true;
    };
  }

  private Pace paceOf(String topic) {
    if (topicPaces.size() > MOST_PACES) {
      topicPaces.values().removeIf(Pace::isIdle);
    }
    return topicPaces.computeIfAbsent(topic, t -> new Pace(topicRate));
  }

  TransportException refusal() {
    return new TransportException(
        "MQTT transport to %s is closed; open a new one".formatted(broker), null);
  }

  /** Takes nothing more; waits, at most so long, for acknowledgements under way. */
  void close(Duration limit) {
    closed = true;
    try {
      // All permits together: nothing is under way, and who comes later sees that it is closed.
      if (!window.tryAcquire(WINDOW, limit.toNanos(), TimeUnit.NANOSECONDS)) {
        log.warn("MQTT broker {} left messages unacknowledged for {}", broker, limit);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets those go who wait for the window; they see that it is closed. */
  void release() {
    window.release(WINDOW);
  }
}
