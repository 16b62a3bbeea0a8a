package dev.mama.mqtt;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.mama.Time;
import dev.mama.journal.JournalException;
import dev.mama.mqtt.InboxLines.Unhandled;
import dev.mama.spi.Envelope;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One thread does everything: it writes what has arrived in one go, acknowledges it, hands it to
 * its receiver or leaves it on disk, notes what was handled, and fetches from disk what there is
 * room for. So there is no lock, and group commit follows from what has gathered meanwhile.
 *
 * A message is on disk before it is acknowledged, and stays until the group says that it was
 * handled. In memory are those that were handed over, at most heldPerAgent for an agent and
 * heldBytes in all; of the others there is their place in the journal, 8 bytes.
 *
 * Which messages were taken over must be known for longer than they are kept, else a repetition
 * would pass for new: before old segments go, the lines' state is written behind them.
 */

/**
 * An inbox on disk: arriving messages survive kill -9 from their acknowledgement until they have
 * been handled.
 *
 * <p>Thread-safe.
 */
final class InboxJournal {

  private static final Logger log = LoggerFactory.getLogger(InboxJournal.class);

  private static final int MOST_AT_ONCE = 1_000;
  private static final int FETCH_WINDOW = 20_000;
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  /** Hands an envelope to the receiver of an address; false if it has none. */
  interface Delivery {
    boolean hasReceiver(String address);

    void deliver(String address, Envelope envelope, Mqtt5Publish publish);
  }

  private sealed interface Event {
    record Arrived(Mqtt5Publish publish, Envelope envelope, String address, Runnable acknowledge)
        implements Event {}

    record Handled(Entry entry) implements Event {}

    record Changed() implements Event {}

    record Stop() implements Event {}
  }

  private record Entry(long sequence, String address, int bytes) {}

  /** What is known of one agent: how much of its is in memory, and what waits on disk. */
  private static final class Agent {
    int held;
    final ArrayDeque<Long> later = new ArrayDeque<>();
  }

  private final InboxStore store;
  private final MqttOptions options;
  private final Time time;
  private final Delivery delivery;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Map<UUID, Entry> inMemory = new ConcurrentHashMap<>();
  private final Thread thread;
  private final AtomicLong repeated = new AtomicLong();
  private volatile long waiting;
  private volatile boolean failed;

  // Confined to the thread, but for the constructor.
  private final InboxLines lines = new InboxLines();
  private final Recent recent = new Recent();
  private final Map<String, Agent> agents = new HashMap<>();
  private final Set<String> behind = new LinkedHashSet<>();
  private final TreeMap<Long, String> unhandled = new TreeMap<>();
  private long heldBytes;
  private long laterInAll;
  private int fetched;
  private boolean stopped;

  private InboxJournal(InboxStore store, MqttOptions options, Delivery delivery, String name)
      throws InterruptedException {
    this.store = store;
    this.options = options;
    this.time = options.time();
    this.delivery = delivery;
    recover();
    thread = Thread.ofPlatform().daemon().name("mama-inbox-" + name).unstarted(this::run);
  }

  /**
   * Opens the inbox in {@code folder} and reads what an earlier start left.
   *
   * @throws JournalException if the folder is in use or damaged
   */
  static InboxJournal open(
      Path folder, int payloadLimit, String name, MqttOptions options, Delivery delivery)
      throws InterruptedException {
    InboxStore store = InboxStore.open(folder, payloadLimit);
    try {
      var inbox = new InboxJournal(store, options, delivery, name);
      inbox.thread.start();
      return inbox;
    } catch (RuntimeException | InterruptedException e) {
      store.close();
      throw e;
    }
  }

  private void recover() throws InterruptedException {
    var left = new TreeMap<Long, Unhandled>();
    store.readAll((sequence, record) -> {
      switch (record) {
        case InboxRecord.Taken taken -> {
          Envelope envelope = decode(taken);
          String address = Wire.address(taken.publish());
          if (isFirst(address, envelope)) {
            String sender = envelope.message().from().value();
            left.put(sequence, new Unhandled(address, sender, envelope.sequence()));
          }
        }
        case InboxRecord.Done done -> done.sequences().forEach(left::remove);
        case InboxRecord.Lines all -> all.lines().forEach(lines::restore);
      }
      return true;
    });
    lines.begin(left.values());
    left.forEach((sequence, message) -> {
      unhandled.put(sequence, message.address());
      later(message.address(), sequence);
    });
    if (!left.isEmpty()) {
      log.info("{} messages of an earlier start wait in the inbox for their agents", left.size());
    }
  }

  /** A message has arrived; {@code acknowledge} is run once it is safe. Never waits. */
  void arrived(Mqtt5Publish publish, Envelope envelope, String address, Runnable acknowledge) {
    events.add(new Event.Arrived(publish, envelope, address, acknowledge));
  }

  /** {@code envelope} is done with, if it came from here. Never waits. */
  void handled(Envelope envelope) {
    Entry entry = inMemory.remove(envelope.message().id());
    if (entry != null) {
      events.add(new Event.Handled(entry));
    }
  }

  /** Some addresses have a receiver now. */
  void receiversChanged() {
    events.add(new Event.Changed());
  }

  long repeated() {
    return repeated.get();
  }

  /** Messages that are on disk only. */
  long waiting() {
    return waiting;
  }

  private void run() {
    var batch = new ArrayList<Event>();
    try {
      while (!stopped) {
        batch.add(events.take());
        events.drainTo(batch, MOST_AT_ONCE);
        work(batch);
        batch.clear();
      }
    } catch (InterruptedException e) {
      log.warn("the inbox was interrupted; what is unacknowledged stays at the broker");
    } catch (RuntimeException | Error e) {
      failed = true;
      log.error(
          "the inbox has failed; nothing is acknowledged any more until it is opened again", e);
    }
  }

  private void work(List<Event> batch) throws InterruptedException {
    var taken = new ArrayList<Event.Arrived>();
    for (Event event : batch) {
      switch (event) {
        case Event.Arrived arrived -> {
          if (isFirst(arrived.address(), arrived.envelope())) {
            taken.add(arrived);
          } else {
            repeated.incrementAndGet();
            arrived.acknowledge().run();
          }
        }
        case Event.Handled handled -> done(handled.entry());
        case Event.Changed changed -> {}
        case Event.Stop stop -> stopped = true;
      }
    }
    long[] sequences =
        store.write(
            taken.stream()
                .map(each -> new InboxRecord.Taken(each.publish(), time.now().toEpochMilli()))
                .toList());
    for (int i = 0; i < taken.size(); i++) {
      Event.Arrived each = taken.get(i);
      each.acknowledge().run();
      place(sequences[i], each);
    }
    fetch();
    store.writeMarks();
    store.checkpoint(lines, unhandled.isEmpty() ? Long.MAX_VALUE : unhandled.firstKey());
    waiting = laterInAll;
  }

  private boolean isFirst(String address, Envelope envelope) {
    return envelope.sequence() == null
        ? recent.isNew(envelope.message().id())
        : lines.take(address, envelope);
  }

  private void place(long sequence, Event.Arrived arrived) {
    String address = arrived.address();
    unhandled.put(sequence, address);
    Agent agent = agents.computeIfAbsent(address, a -> new Agent());
    int bytes = arrived.envelope().message().payload().json().length;
    if (agent.later.isEmpty() && hasRoom(agent, address, bytes)) {
      hand(sequence, address, agent, arrived.envelope(), arrived.publish());
    } else {
      later(address, sequence);
    }
  }

  private boolean hasRoom(Agent agent, String address, int bytes) {
    return agent.held < options.heldPerAgent()
        && (heldBytes == 0 || heldBytes + bytes <= options.heldBytes())
        && delivery.hasReceiver(address);
  }

  private void later(String address, long sequence) {
    agents.computeIfAbsent(address, a -> new Agent()).later.add(sequence);
    laterInAll++;
    behind.add(address);
  }

  private void hand(
      long sequence, String address, Agent agent, Envelope envelope, Mqtt5Publish publish) {
    int bytes = envelope.message().payload().json().length;
    agent.held++;
    heldBytes += bytes;
    inMemory.put(envelope.message().id(), new Entry(sequence, address, bytes));
    delivery.deliver(address, lines.placed(address, envelope), publish);
  }

  private void done(Entry entry) {
    Agent agent = agents.get(entry.address());
    if (agent != null) {
      agent.held--;
      if (agent.held == 0 && agent.later.isEmpty()) {
        agents.remove(entry.address());
      }
    }
    heldBytes -= entry.bytes();
    unhandled.remove(entry.sequence());
    store.mark(entry.sequence());
  }

  /** Hands over what waits on disk, as far as there is room. */
  private void fetch() throws InterruptedException {
    var wanted = new TreeMap<Long, String>();
    for (String address : List.copyOf(behind)) {
      Agent agent = agents.get(address);
      if (agent == null || agent.later.isEmpty()) {
        behind.remove(address);
        continue;
      }
      int room = options.heldPerAgent() - agent.held;
      // Half of it at once, so that the disk is read once for many.
      if ((agent.held == 0 || 2 * room >= options.heldPerAgent())
          && delivery.hasReceiver(address)) {
        agent.later.stream().limit(room).forEach(sequence -> wanted.put(sequence, address));
      }
      if (wanted.size() >= MOST_AT_ONCE) {
        break;
      }
    }
    if (wanted.isEmpty() || heldBytes > options.heldBytes() / 2) {
      return;
    }
    fetched = 0;
    long last = Math.min(wanted.lastKey(), wanted.firstKey() + FETCH_WINDOW);
    store.read(
        wanted.firstKey(),
        (sequence, record) -> {
          String address = wanted.get(sequence);
          return (address == null || fetched(sequence, address, record)) && sequence < last;
        });
    // Those that had their chance come last the next time.
    for (String address : Set.copyOf(wanted.values())) {
      behind.remove(address);
      Agent agent = agents.get(address);
      if (agent != null && !agent.later.isEmpty()) {
        behind.add(address);
      }
    }
    if (fetched > 0) {
      events.add(new Event.Changed()); // there may be more
    }
  }

  private boolean fetched(long sequence, String address, InboxRecord record) {
    Agent agent = agents.get(address);
    Long first = agent == null ? null : agent.later.peekFirst();
    if (agent == null || first == null || first != sequence) {
      return true;
    }
    var taken = (InboxRecord.Taken) record;
    Envelope envelope = decode(taken);
    if (!hasRoom(agent, address, envelope.message().payload().json().length)) {
      return false;
    }
    agent.later.removeFirst();
    laterInAll--;
    fetched++;
    hand(sequence, address, agent, envelope, taken.publish());
    return true;
  }

  private Envelope decode(InboxRecord.Taken taken) {
    return Wire.decode(taken.publish(), time, time.now().toEpochMilli() - taken.arrivedMillis());
  }

  /**
   * Notes what was handled so far and gives the folder free. What was not stays for the next. Waits
   * for a full disk 5 seconds, and then leaves what it could not write to the broker.
   */
  void close() throws InterruptedException {
    if (!failed) {
      events.add(new Event.Stop());
    }
    if (!thread.join(CLOSE_LIMIT)) {
      thread.interrupt();
      thread.join();
    }
    store.close();
  }
}
