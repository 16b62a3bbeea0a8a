package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.PayloadException;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Failure;
import dev.mama.spi.Envelope.Failure.Reason;
import dev.mama.spi.Transport;
import io.micrometer.core.instrument.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Takes in what the transport delivers, on the transport's thread, without ever making it wait:
 * into an agent's inbox, to a waiting caller, or back to its sender.
 */
final class Arrivals {

  private final GroupOptions options;
  private final Router router;
  private final Recorder recorder;
  private final Outstanding outstanding;
  private final Schedule schedule;
  private final @Nullable Transport transport;
  private final Overflow overflow;
  private final Counter duplicates;

  Arrivals(
      GroupOptions options,
      Router router,
      Recorder recorder,
      Outstanding outstanding,
      Schedule schedule) {
    this.options = options;
    this.router = router;
    this.recorder = recorder;
    this.outstanding = outstanding;
    this.schedule = schedule;
    this.transport = options.transport();
    this.overflow = new Overflow(options);
    this.duplicates = options.meters().counter("mama.messages.duplicates");
  }

  Overflow overflow() {
    return overflow;
  }

  void arrive(Envelope envelope) {
    Message message = envelope.message();
    switch (envelope.kind()) {
      case REPLY -> router.asks().complete(envelope);
      case FAILURE -> {
        if (!router.asks().complete(envelope)) {
          reportRefusal(message);
        }
      }
      case SEND, ASK -> {
        Cell cell = router.cell(message.to());
        if (cell == null) {
          handled(envelope);
          router
              .deadLetters()
              .refuse(
                  message, Reason.UNKNOWN, "no such agent in group '%s'".formatted(options.name()));
        } else {
          recordForeign(message);
          cell.inbox().accept(envelope);
        }
      }
    }
  }

  /** A user's message is recorded where it arrives, because its sender keeps no log. */
  private void recordForeign(Message message) {
    if (recorder.isOn() && message.channel() != Channel.AGENT_CHAT) {
      router.elsewhere(() -> recorder.sent(message));
    }
  }

  Inbox newInbox(Cell cell) {
    return new Inbox(
        envelope -> takeOver(cell, envelope),
        (next, gap) -> skipped(cell, next, gap),
        this::dropDuplicate,
        cell::handledBefore,
        options.gapLimit(),
        schedule);
  }

  private void dropDuplicate(Envelope envelope) {
    duplicates.increment();
    handled(envelope);
  }

  /**
   * Tells the transport that {@code envelope} is done with, if there was one. Where it fails the
   * message may come again, and is known then.
   */
  void handled(@Nullable Envelope envelope) {
    if (transport == null || envelope == null) {
      return;
    }
    try {
      transport.handled(envelope);
    } catch (RuntimeException e) {
      Message message = envelope.message();
      router.elsewhere(() ->
          recorder.error(
              "agent/" + message.to(),
              "transport '%s' did not let go of message %s: %s"
                  .formatted(transport.name(), message.id(), e),
              message.trace()));
    }
  }

  private void takeOver(Cell cell, Envelope envelope) {
    if (!isOwn(envelope)) {
      outstanding.add(null);
    }
    if (cell.isStopped() || !overflow.offer(cell, Letter.of(envelope, options.time()))) {
      outstanding.done(null);
      handled(envelope);
      router.deadLetters().refuseFull(envelope.message(), cell);
    }
  }

  /**
   * Puts what was published elsewhere into the mailbox of a member; where that is full, the member
   * does not get it, which is recorded.
   */
  void publish(Cell member, Message published) {
    // An id of its own, and the same one whenever it comes again.
    long low = published.idLow() ^ (member.id.hashCode() * 0x9e3779b97f4a7c15L);
    var copy =
        new Message(
            published.idHigh(),
            low,
            published.from(),
            member.id,
            published.channel(),
            published.payload(),
            published.trace(),
            published.deadline());
    outstanding.add(null);
    if (!member.isStopped() && overflow.offer(member, Letter.sent(copy, options.time()))) {
      if (recorder.isOn()) {
        router.elsewhere(() -> recorder.sent(copy));
      }
      return;
    }
    outstanding.done(null);
    router.deadLetters().recordFull(copy, member);
  }

  /** Whether this group sent {@code envelope} itself, so that it counts as outstanding already. */
  private boolean isOwn(Envelope envelope) {
    AgentId from = envelope.message().from();
    Cell cell = router.cell(from);
    if (cell != null) {
      return cell.sent(envelope);
    }
    Outbox client = router.client(from);
    return client != null && client.sent(envelope);
  }

  private void skipped(Cell cell, Envelope next, Inbox.Gap gap) {
    if (isOwn(next)) {
      for (long number = gap.first(); number <= gap.last(); number++) {
        outstanding.done(null);
      }
    }
    router.elsewhere(() ->
        recorder.error(
            "agent/" + cell.id,
            "messages %d to %d of '%s' did not arrive within %s; going on without them"
                .formatted(gap.first(), gap.last(), gap.sender(), gap.waited()),
            next.message().trace()));
  }

  /** A message was sent, and its receiver has not taken it over: what follows is held back. */
  private void reportRefusal(Message message) {
    if (isFull(message.payload())) {
      router.holdBack().refused(message.from());
    }
    router.elsewhere(() ->
        recorder.error(
            "agent/" + message.to(),
            "'%s' did not take a message over: %s".formatted(message.from(), message.payload()),
            message.trace()));
  }

  private static boolean isFull(Payload payload) {
    try {
      return payload.as(Failure.class).reason() == Reason.FULL;
    } catch (PayloadException e) {
      return false; // from a foreign client
    }
  }
}
