package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Deadline;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Time;
import dev.mama.Trace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A mailbox with a consumer that keeps the dispatcher's rules and notices when they are broken. */
class Desk extends Mailbox {

  private static final AgentId FROM = AgentId.of("sender");
  private static final AgentId TO = AgentId.of("receiver");
  private static final long PATIENCE_NANOS = Rig.PATIENCE.toNanos();
  private static final Payload NOTHING = Payload.text("");
  private static final Trace TRACE = Trace.start();

  private final AtomicInteger ready = new AtomicInteger();
  private final List<UUID> handled = new ArrayList<>(); // the consumer's
  private volatile boolean overlapped;

  @Override
  void activate(@Nullable Worker by) {
    if (ready.incrementAndGet() > 1) {
      overlapped = true; // activated twice for one stretch of work
    }
  }

  static Letter letter(int sender, int number) {
    return Letter.sent(
        new Message(sender, number, FROM, TO, Channel.AGENT_CHAT, NOTHING, TRACE, Deadline.NONE),
        Time.system());
  }

  boolean offer(int sender, int number, int capacity) {
    return offer(letter(sender, number), capacity, null);
  }

  /** Waits for room far longer than that takes; false if it slept so long, for nobody woke it. */
  boolean offerWaiting(int sender, int number, int capacity) {
    long begin = System.nanoTime();
    try {
      return offer(letter(sender, number), capacity, PATIENCE_NANOS, Time.system(), null)
          && System.nanoTime() - begin < PATIENCE_NANOS;
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts an actor", e);
    }
  }

  /** Handles what there is if it was activated, up to {@code most} messages. */
  void work(int most) {
    if (ready.get() == 0) {
      return;
    }
    ready.decrementAndGet();
    for (int i = 0; i < most; i++) {
      Letter next = poll();
      if (next == null) {
        break; // announced, but not there yet
      }
      handled.add(next.message().id());
      if (handled()) {
        return; // idle
      }
    }
    ready.incrementAndGet(); // comes back later
  }

  /** Handles the rest alone; says what is wrong, or {@code ok}. */
  String close(int accepted) {
    for (int i = 0; i < 100 && ready.get() > 0; i++) {
      work(100);
    }
    if (overlapped) {
      return "overlap";
    }
    if (ready.get() != 0 || size() != 0) {
      return "stuck";
    }
    if (handled.size() != accepted) {
      return handled.size() < accepted ? "lost" : "twice";
    }
    Map<Long, Long> last = new HashMap<>();
    for (UUID id : handled) {
      Long before = last.put(id.getMostSignificantBits(), id.getLeastSignificantBits());
      if (before != null && before >= id.getLeastSignificantBits()) {
        return "order";
      }
    }
    return "ok";
  }

  int handledCount() {
    return handled.size();
  }
}
