package dev.mama.negotiation;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.Deadline;
import dev.mama.MamaException;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.negotiation.DeskMessage.GraceOver;
import dev.mama.negotiation.DeskMessage.Proceed;
import dev.mama.negotiation.DeskMessage.TimeOver;
import dev.mama.negotiation.NegotiationEvent.StateChanged;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A desk's turn: its docket, and what can be done about it.
 *
 * <p>Confined to the turn.
 */
final class Sitting {

  private static final Logger LOG = LoggerFactory.getLogger(Sitting.class);

  final Docket docket;
  final Office office;
  final AgentContext context;
  private final Message message;

  Sitting(Docket docket, Office office, AgentContext context, Message message) {
    this.docket = docket;
    this.office = office;
    this.context = context;
    this.message = message;
  }

  Rules rules() {
    return office.rules();
  }

  Rules.Limits limits() {
    return office.rules().limits();
  }

  String conversation() {
    return docket.conversation();
  }

  Instant at() {
    return context.time().now();
  }

  long now() {
    return at().toEpochMilli();
  }

  /** What is left of the whole, not negative. */
  Duration left() {
    return Duration.ofMillis(
        Math.max(0, docket.head.openedMillis() + docket.head.totalMillis() - now()));
  }

  /**
   * Moves on by {@code trigger}, and begins what the new phase asks for.
   *
   * @throws IllegalStateException if the table has no such line, which is a mistake of ours
   */
  void fire(Trigger trigger) throws InterruptedException {
    Phase from = docket.phase;
    Phase to =
        Transitions.next(from, trigger)
            .orElseThrow(() ->
                new IllegalStateException("%s does not happen in %s".formatted(trigger, from)));
    long now = now();
    var stayed = Duration.ofMillis(Math.max(0, now - docket.sinceMillis));
    docket.phase = to;
    docket.visit++;
    docket.sinceMillis = now;
    docket.stale.addAll(docket.alarms);
    docket.alarms.clear();
    if (to.over()) {
      docket.waitsForNobody();
      if (docket.lastAlarm != null) {
        docket.stale.add(docket.lastAlarm);
      }
    }
    emit(
        new StateChanged(
            conversation(), at(), from, trigger, to, stayed, message.trace().traceId()));
    switch (to) {
      case INVITED, COLLECTING -> timeOverAfter(Duration.ofMillis(docket.replyByMillis - now));
      case SYNTHESIS, AWARDED, NO_AGREEMENT, CANCELLED, EXPIRED, FORMULATING -> proceed();
      case ASKING ->
          timeOverAfter(docket.subConversation.isEmpty() ? limits().asking() : limits().sub());
      case CONFIRMING -> Award.query(this);
      case PERFORMING -> Award.accept(this);
    }
  }

  /** Has the phase gone on with in a turn of its own, so that what was decided is written first. */
  void proceed() {
    var unused =
        context.schedule(Duration.ZERO, Payload.of(new Proceed(conversation(), docket.visit)));
  }

  /** Ends the phase after {@code limit}, if it has not ended by then. */
  void timeOverAfter(Duration limit) {
    docket.alarms.add(
        context.schedule(
            limit.isNegative() ? Duration.ZERO : limit,
            Payload.of(new TimeOver(conversation(), docket.visit))));
  }

  /** Ends the time of grace of the phase. */
  void graceOverAfter(Duration grace) {
    docket.alarms.add(
        context.schedule(grace, Payload.of(new GraceOver(conversation(), docket.visit))));
  }

  /** Says {@code words} to {@code to}; returns why it could not be told, empty if it was. */
  String tell(AgentId to, Record words) throws InterruptedException {
    try {
      context.send(to, Payload.of(words));
      return "";
    } catch (MamaException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /**
   * Lets watchers know, and the event log; one that cannot be told does not keep it from others.
   */
  void emit(NegotiationEvent event) throws InterruptedException {
    var body = (Record) event;
    each(() -> context.record("negotiation." + body.getClass().getSimpleName(), body));
    each(() -> context.send(office.watch(), Payload.of(body)));
    each(() -> context.publish(NegotiationEvent.TOPIC, Payload.of(body)));
  }

  private interface Telling {
    void tell() throws InterruptedException;
  }

  private void each(Telling telling) throws InterruptedException {
    try {
      telling.tell();
    } catch (MamaException e) {
      LOG.warn("an event of negotiation {} was not told to all: {}", conversation(), e.toString());
    }
  }

  void dropped(AgentId agent, String reason) throws InterruptedException {
    emit(new NegotiationEvent.Dropped(conversation(), at(), agent, reason));
  }

  /** Asks the group's model, for at most {@code limit} and not beyond the negotiation's time. */
  ChatReply chat(ChatRequest request, Duration limit) throws InterruptedException {
    Duration most = limit.compareTo(left()) < 0 ? limit : left();
    return context.chat(request.within(request.trace(), Deadline.after(most, context.time())));
  }
}
