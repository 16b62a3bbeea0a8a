package dev.mama.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.mama.ExperimentId;
import dev.mama.mqtt.Routes.Route;
import dev.mama.runtime.PresenceBoard;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Kind;
import dev.mama.spi.Envelope.Sequence;
import dev.mama.spi.Presence;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over what arrives: hands it to its receivers, or to the inbox, and acknowledges it. {@link
 * #arrived} is called on the client's thread and never waits.
 *
 * <p>Thread-safe.
 */
final class Intake implements InboxJournal.Delivery {

  private static final Logger log = LoggerFactory.getLogger(Intake.class);

  /** How many messages at QoS 0 may wait for the inbox; more are dropped, and counted. */
  static final int MOST_QUEUED_QOS0 = 65_535;

  private static final long PARKED_BYTES = 16L << 20;
  private static final long PARKED_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final MqttOptions options;
  private final Routes routes;
  private final int mostQueuedQos0;
  private final Requests requests = new Requests();
  private final Recent recent = new Recent();
  private final LongAdder received = new LongAdder();
  private final LongAdder repeated = new LongAdder();
  private final LongAdder malformed = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final AtomicInteger queuedQos0 = new AtomicInteger();

  /** Who is here, and who watches that. */
  final PresenceBoard presence = new PresenceBoard();

  /** Tells them, one piece of news after another: who is lost and who is here must not swap. */
  private final ExecutorService news =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("mama-mqtt-presence").factory());

  /** What a kept session brought for agents that have not been started yet; by itself. */
  private final Map<String, List<Mqtt5Publish>> parked = new HashMap<>();

  private volatile boolean isParked;
  private long parkedBytes;
  private final long openedNanos = System.nanoTime();

  /** The threads that are in a receiver's call. */
  private final Set<Thread> receiving = ConcurrentHashMap.newKeySet();

  private volatile @Nullable InboxJournal inbox;

  Intake(Routes routes, MqttOptions options, int mostQueuedQos0) {
    this.routes = routes;
    this.options = options;
    this.mostQueuedQos0 = mostQueuedQos0;
  }

  /** Keeps what arrives in {@code journal} from now on; before the first arrival. */
  void keepIn(InboxJournal journal) {
    inbox = journal;
  }

  Requests requests() {
    return requests;
  }

  /** Whether the current thread is in a receiver's call. */
  boolean isReceiving() {
    return receiving.contains(Thread.currentThread());
  }

  void arrived(Mqtt5Publish publish) {
    try {
      if (PresenceWire.isPresence(publish)) {
        tellWatchers(publish);
        acknowledge(publish);
        return;
      }
      takeOver(publish);
    } catch (RuntimeException e) {
      // Whatever it is that nobody thought of: thrown further, it would end all arrivals.
      malformed.increment();
      acknowledge(publish);
      log.warn(
          "dropped a malformed message on topic '{}': {}",
          printable(publish.getTopic().toString()),
          printable(String.valueOf(e.getMessage())));
    }
  }

  /** Where there is no inbox, the client does it when this returns. */
  private void acknowledge(Mqtt5Publish publish) {
    if (inbox != null) {
      publish.acknowledge();
    }
  }

  private void tellWatchers(Mqtt5Publish publish) {
    if (publish.getPayload().isEmpty()) {
      return; // somebody has cleared it
    }
    ExperimentId experiment = PresenceWire.experiment(publish);
    Presence told = PresenceWire.decode(publish);
    news.execute(() -> presence.tell(experiment, told));
  }

  private void takeOver(Mqtt5Publish publish) {
    Envelope envelope = Wire.decode(publish, options.time());
    String address = Wire.address(publish);
    var unused = Requests.returnOf(publish); // malformed where it goes elsewhere
    boolean work = envelope.kind() == Kind.SEND || envelope.kind() == Kind.ASK;
    InboxJournal journal = inbox;
    if (journal != null && work && !Wire.isTopic(address)) {
      queue(journal, publish, envelope, address);
      return;
    }
    if (envelope.sequence() == null && !recent.isNew(envelope.message().id())) {
      repeated.increment();
    } else {
      Route route = isParked ? Route.NONE : routes.of(address);
      if (route.receivers().isEmpty()) {
        deliverOrPark(address, publish);
      } else {
        deliver(address, route, envelope, publish);
      }
    }
    acknowledge(publish);
  }

  private void queue(
      InboxJournal journal, Mqtt5Publish publish, Envelope envelope, String address) {
    if (publish.getQos() != MqttQos.AT_MOST_ONCE) {
      journal.arrived(publish, envelope, address, publish::acknowledge);
    } else if (queuedQos0.incrementAndGet() <= mostQueuedQos0) {
      journal.arrived(publish, envelope, address, queuedQos0::decrementAndGet);
    } else {
      queuedQos0.decrementAndGet();
      dropped.increment();
    }
  }

  @Override
  public boolean hasReceiver(String address) {
    return !routes.of(address).receivers().isEmpty();
  }

  @Override
  public void deliver(String address, Envelope envelope, Mqtt5Publish publish) {
    // To nobody where it was unsubscribed after this was sent.
    deliver(address, routes.of(address), envelope, publish);
  }

  private void deliver(String address, Route route, Envelope envelope, Mqtt5Publish publish) {
    Envelope asked = asRequest(inLine(route, envelope), publish);
    for (Consumer<Envelope> receiver : route.receivers()) {
      received.increment();
      receiving.add(Thread.currentThread());
      try {
        receiver.accept(asked);
      } catch (RuntimeException | Error e) {
        log.error("receiver of '{}' threw; the envelope is lost", address, e);
      } finally {
        receiving.remove(Thread.currentThread());
      }
    }
  }

  /**
   * A broker keeps the order of a topic, so what is before the first that comes, comes no more.
   * That is a gap where the sender started after we had subscribed; else it may have gone to an
   * earlier start of the receiver.
   */
  private static Envelope inLine(Route route, Envelope envelope) {
    Sequence sequence = envelope.sequence();
    if (sequence == null
        || sequence.before() > 0
        || sequence.number() == 1
        || sequence.startedMillis() > route.sinceMillis()) {
      return envelope;
    }
    return envelope.withBefore(sequence.number() - 1);
  }

  /** A foreign client that says where the answer goes, asks. */
  private Envelope asRequest(Envelope envelope, Mqtt5Publish publish) {
    var way = Requests.returnOf(publish);
    if (way.isEmpty() || Wire.isTopic(Wire.address(publish))) {
      return envelope;
    }
    requests.remember(envelope.message().id(), way.get());
    return new Envelope(
        envelope.experiment(),
        Kind.ASK,
        envelope.message(),
        envelope.sequence(),
        null,
        envelope.waiting());
  }

  /**
   * Hands {@code publish} over behind what waits for the same agent, or keeps it for one that may
   * be started yet.
   */
  private void deliverOrPark(String address, Mqtt5Publish publish) {
    synchronized (parked) {
      if (System.nanoTime() - openedNanos > PARKED_NANOS) {
        parked.keySet().removeIf(each -> !hasReceiver(each));
      }
      deliverParked();
      int bytes = publish.getPayload().map(ByteBuffer::remaining).orElse(0) + 256;
      if (hasReceiver(address)) {
        deliver(address, Wire.decode(publish, options.time()), publish);
      } else if (System.nanoTime() - openedNanos <= PARKED_NANOS
          && parkedBytes + bytes <= PARKED_BYTES) {
        parkedBytes += bytes;
        parked.computeIfAbsent(address, a -> new ArrayList<>()).add(publish);
        isParked = true;
      } else {
        log.debug("a message for '{}' came, which is not here", address);
      }
    }
  }

  /** Addresses have got receivers: hands them what waited for that, before anything later. */
  void receiversChanged() {
    InboxJournal journal = inbox;
    if (journal != null) {
      journal.receiversChanged();
    }
    synchronized (parked) {
      deliverParked();
    }
  }

  private void deliverParked() {
    var waiting = parked.entrySet().iterator();
    while (waiting.hasNext()) {
      var each = waiting.next();
      if (hasReceiver(each.getKey())) {
        waiting.remove();
        for (Mqtt5Publish publish : each.getValue()) {
          deliver(each.getKey(), Wire.decode(publish, options.time()), publish);
        }
      }
    }
    isParked = !parked.isEmpty();
  }

  /** Tells nobody any more. */
  void close() {
    news.shutdown();
  }

  MqttFigures figures(MqttFigures sending) {
    InboxJournal journal = inbox;
    return new MqttFigures(
        sending.sent(),
        received.sum(),
        sending.reconnects(),
        sending.redelivered(),
        repeated.sum() + (journal == null ? 0 : journal.repeated()),
        malformed.sum(),
        dropped.sum(),
        journal == null ? 0 : journal.waiting());
  }

  /** What a foreign client sent, in one line of at most 200 characters. */
  private static String printable(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= 200 ? line : line.substring(0, 200) + "…";
  }
}
