package dev.mama.mqtt;

import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.Time;
import dev.mama.TransportException;
import dev.mama.spi.Envelope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Who receives what: an agent has one receiver, a topic any number, and the broker has the filter
 * of each that has any.
 *
 * <p>Thread-safe.
 */
final class Routes {

  /** Tells a broker of filters; waits until it has taken them. */
  interface Filters {
    void subscribe(List<String> filters) throws InterruptedException;

    void unsubscribe(List<String> filters) throws InterruptedException;
  }

  /**
   * Who receives what is sent to an address.
   *
   * @param sinceMillis when the broker had the filter, since 1970: whoever starts later to send
   *     there has all of it delivered
   */
  record Route(List<Consumer<Envelope>> receivers, long sinceMillis) {
    static final Route NONE = new Route(List.of(), Long.MAX_VALUE);
  }

  private final Time time;
  private final Map<String, Route> receivers = new ConcurrentHashMap<>();

  /** Held while the broker is told of filters, so that it hears of them in one order. */
  private final ReentrantLock lock = new ReentrantLock();

  /** What the broker has; by the lock. */
  private final Set<String> told = new HashSet<>();

  Routes(Time time) {
    this.time = time;
  }

  /** Where what is sent to {@code address} goes; see {@link Wire#address}. */
  Route of(String address) {
    return receivers.getOrDefault(address, Route.NONE);
  }

  /** Makes {@code receiver} the one of each of {@code agents}. */
  void subscribe(
      ExperimentId experiment,
      Collection<AgentId> agents,
      Consumer<Envelope> receiver,
      Filters broker)
      throws InterruptedException {
    lock.lockInterruptibly();
    try {
      List<String> addresses =
          agents.stream().distinct().map(agent -> Wire.address(experiment, agent)).toList();
      var early = new Route(List.of(receiver), Long.MAX_VALUE);
      addresses.forEach(address -> receivers.put(address, early));
      List<String> added = addresses.stream().filter(a -> !told.contains(a)).toList();
      tell(added, broker);
      var route = new Route(List.of(receiver), time.now().toEpochMilli());
      addresses.forEach(address -> receivers.replace(address, early, route));
    } finally {
      lock.unlock();
    }
  }

  /** Ends the routes to {@code receiver}; those of {@code agents} that another one has stay. */
  void unsubscribe(
      ExperimentId experiment,
      Collection<AgentId> agents,
      Consumer<Envelope> receiver,
      Filters broker)
      throws InterruptedException {
    lock.lockInterruptibly();
    try {
      List<String> addresses =
          agents.stream()
              .distinct()
              .map(agent -> Wire.address(experiment, agent))
              .filter(address -> of(address).receivers().contains(receiver))
              .toList();
      addresses.forEach(receivers::remove);
      withdraw(addresses, broker);
    } finally {
      lock.unlock();
    }
  }

  /** Adds {@code receiver} to those of {@code topic}. */
  void subscribeTopic(
      ExperimentId experiment, String topic, Consumer<Envelope> receiver, Filters broker)
      throws InterruptedException {
    String address = Wire.topicAddress(experiment, topic);
    lock.lockInterruptibly();
    try {
      List<Consumer<Envelope>> before = of(address).receivers();
      if (!before.contains(receiver)) {
        var all = new ArrayList<>(before);
        all.add(receiver);
        receivers.put(address, new Route(List.copyOf(all), Long.MAX_VALUE));
      }
      if (!told.contains(address)) {
        tell(List.of(address), broker);
      }
    } finally {
      lock.unlock();
    }
  }

  void unsubscribeTopic(
      ExperimentId experiment, String topic, Consumer<Envelope> receiver, Filters broker)
      throws InterruptedException {
    String address = Wire.topicAddress(experiment, topic);
    lock.lockInterruptibly();
    try {
      var left = of(address).receivers().stream().filter(each -> !each.equals(receiver)).toList();
      if (left.isEmpty()) {
        receivers.remove(address);
        withdraw(List.of(address), broker);
      } else {
        receivers.put(address, new Route(left, Long.MAX_VALUE));
      }
    } finally {
      lock.unlock();
    }
  }

  private void tell(List<String> added, Filters broker) throws InterruptedException {
    try {
      broker.subscribe(added.stream().map(Wire::filter).toList());
    } catch (TransportException | InterruptedException e) {
      added.forEach(receivers::remove);
      throw e;
    }
    told.addAll(added);
  }

  private void withdraw(List<String> addresses, Filters broker) throws InterruptedException {
    List<String> removed = addresses.stream().filter(told::remove).toList();
    if (!removed.isEmpty()) {
      broker.unsubscribe(removed.stream().map(Wire::filter).toList());
    }
  }

  /** Forgets all receivers. */
  void clear() {
    receivers.clear();
  }
}
