package dev.mama.negotiation;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.DurableAgent;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.PayloadException;
import dev.mama.negotiation.DeskMessage.Concluded;
import dev.mama.negotiation.DeskMessage.GraceOver;
import dev.mama.negotiation.DeskMessage.Open;
import dev.mama.negotiation.DeskMessage.Proceed;
import dev.mama.negotiation.DeskMessage.Status;
import dev.mama.negotiation.DeskMessage.TimeOver;
import dev.mama.negotiation.DeskMessage.WhatHaveYou;
import dev.mama.negotiation.DeskMessage.Withdraw;
import dev.mama.negotiation.NegotiationEvent.SetAside;
import dev.mama.negotiation.Performative.InformDone;
import dev.mama.negotiation.Performative.NotUnderstood;
import dev.mama.negotiation.Performative.Participants;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/*
 * A desk holds one negotiation at a time, so negotiations share no state, and a turn of the desk is
 * a step of its negotiation. Where the desk is durable, that turn is one record of docket, messages
 * and alarms: what was decided is on disk before anybody hears of it, and after a kill the desk goes
 * on from there, with the answers that models had given to the turn that was cut off.
 *
 * A turn never waits for participants. What takes time (formulating, each round of the center, the
 * ratings at the end) is a turn of its own, begun by a message to itself, `Proceed`; what may take
 * too long has an alarm, `TimeOver`. Both carry the number of the phase they were set in, and count
 * for nothing in another.
 */

/**
 * The agent that keeps the course of a negotiation; FIPA's initiator.
 *
 * <p>Confined to its turn.
 */
final class Desk implements DurableAgent<Desk.Drawer> {

  private static final String SUB = ".sub";
  private static final int WHOLE = 0; // the visit that stands for the whole negotiation

  private static final Kinds<DeskMessage> OWN = new Kinds<>(DeskMessage.class);
  private static final Kinds<Participants> SAID = new Kinds<>(Participants.class);

  private final Office office;
  private @Nullable Docket docket;

  /** The desk's state. */
  record Drawer(Docket.@Nullable Saved docket) {}

  Desk(Office office) {
    this.office = office;
  }

  /** The desk for what is negotiated within a negotiation of {@code desk}. */
  static AgentId sub(AgentId desk) {
    return AgentId.of(desk.value() + SUB);
  }

  /** The desk that an application's negotiation is held at, of itself or of its sub-desk. */
  static AgentId main(AgentId desk) {
    String id = desk.value();
    return id.endsWith(SUB) ? AgentId.of(id.substring(0, id.length() - SUB.length())) : desk;
  }

  @Override
  public Drawer state() {
    return new Drawer(docket == null ? null : docket.saved());
  }

  @Override
  public void restore(Drawer drawer) {
    docket = drawer.docket() == null ? null : Docket.of(drawer.docket());
  }

  @Override
  public void onMessage(Message message, AgentContext context) throws InterruptedException {
    if (docket != null) {
      docket.takeBack();
      docket.countedBy(office.calls(), context.self());
    }
    Optional<DeskMessage> own;
    Optional<Participants> said;
    try {
      own = OWN.read(message.payload());
      said = own.isPresent() ? Optional.empty() : SAID.read(message.payload());
    } catch (PayloadException e) {
      unreadable(message, context, String.valueOf(e.getMessage()));
      return;
    }
    if (own.isPresent()) {
      own(own.get(), message, context);
    } else if (said.isPresent()) {
      heard(said.get(), message, context);
    } else {
      unreadable(message, context, "negotiators do not know it");
    }
  }

  private void own(DeskMessage words, Message message, AgentContext context)
      throws InterruptedException {
    AgentId from = message.from();
    boolean self = from.equals(context.self());
    boolean parent = context.self().value().equals(from.value() + SUB);
    boolean owner = parent || from.equals(office.client());
    switch (words) {
      case Open open when owner -> open(open, message, context);
      case Withdraw(var conversation, var reason) when owner -> {
        Sitting s = sitting(conversation, message, context);
        if (s != null && !s.docket.phase.over()) {
          Award.withdrawn(s, reason);
        }
      }
      case WhatHaveYou what -> context.reply(Payload.of(status()));
      case Proceed(var conversation, var visit) when self -> {
        Sitting s = sitting(conversation, message, context);
        if (s != null && s.docket.visit == visit) {
          proceed(s);
        }
      }
      case GraceOver(var conversation, var visit) when self -> {
        Sitting s = sitting(conversation, message, context);
        if (s != null && s.docket.visit == visit) {
          Calls.close(s);
        }
      }
      case TimeOver(var conversation, var visit) when self -> {
        Sitting s = sitting(conversation, message, context);
        if (s != null && !s.docket.phase.over()) {
          timeOver(s, visit);
        }
      }
      case Concluded(var conversation, var phase, var plan, var ending)
          when from.equals(sub(context.self())) -> {
        Docket now = docket;
        if (now != null && !now.phase.over() && now.subConversation.equals(conversation)) {
          Center.subConcluded(
              new Sitting(now, office, context, message),
              from,
              Docket.outcome(phase, plan, ending).orElseThrow());
        }
      }
      default ->
          unreadable(
              message,
              context,
              "'%s' may not say this to desk '%s'".formatted(from, context.self()));
    }
  }

  private void open(Open open, Message message, AgentContext context) throws InterruptedException {
    Docket before = docket;
    if (before != null && before.conversation().equals(open.conversation())) {
      return; // it came twice
    }
    if (before != null && !before.phase.over()) {
      if (before.head.parent() == null) {
        throw new IllegalStateException(
            "desk '%s' holds negotiation %s still"
                .formatted(context.self(), before.conversation()));
      }
      Award.withdrawn(new Sitting(before, office, context, message), "its parent has ended");
    }
    var opened =
        new Docket(
            new Docket.Head(
                open.conversation(),
                open.demand(),
                open.depth(),
                open.parent(),
                context.time().now().toEpochMilli(),
                open.totalMillis()));
    docket = opened;
    opened.countedBy(office.calls(), context.self());
    var s = new Sitting(opened, office, context, message);
    opened.lastAlarm =
        context.schedule(s.left(), Payload.of(new TimeOver(open.conversation(), WHOLE)));
    s.proceed();
  }

  private static void proceed(Sitting s) throws InterruptedException {
    switch (s.docket.phase) {
      case FORMULATING -> Calls.begin(s);
      case SYNTHESIS -> Center.step(s);
      case AWARDED, NO_AGREEMENT, CANCELLED, EXPIRED -> conclude(s);
      case INVITED, COLLECTING, ASKING, CONFIRMING, PERFORMING -> {} // these wait for others
    }
  }

  private static void conclude(Sitting s) throws InterruptedException {
    Docket docket = s.docket;
    if (docket.concluded) {
      return;
    }
    Award.rate(s);
    AgentId parent = docket.head.parent();
    docket.concluded = true;
    String untold =
        s.tell(
            parent == null ? s.office.watch() : parent,
            new Concluded(docket.conversation(), docket.phase, docket.plan, docket.ending));
    if (!untold.isEmpty()) {
      throw new IllegalStateException("the end of a negotiation could not be told: " + untold);
    }
  }

  private static void timeOver(Sitting s, int visit) throws InterruptedException {
    if (visit == WHOLE) {
      Award.outOfTime(s);
    } else if (visit == s.docket.visit) {
      switch (s.docket.phase) {
        case INVITED, COLLECTING -> Calls.close(s);
        case ASKING -> Center.askingOver(s);
        case CONFIRMING -> Award.confirmationOver(s);
        case PERFORMING -> Award.performanceOver(s);
        default -> throw new IllegalStateException("%s has no alarm".formatted(s.docket.phase));
      }
    }
  }

  private void heard(Participants words, Message message, AgentContext context)
      throws InterruptedException {
    Sitting s = sitting(words.conversation(), message, context);
    if (s != null) {
      Answers.hear(s, message.from(), words);
      return;
    }
    Docket now = docket;
    boolean ofSub = now != null && now.subConversation.equals(words.conversation());
    boolean owedNothing = words instanceof NotUnderstood || words instanceof InformDone;
    if (!ofSub && !owedNothing) {
      String why = "no such negotiation is held here";
      refuse(message, context, words.conversation(), words.round(), Receipt.UNKNOWN, why);
    }
  }

  private void unreadable(Message message, AgentContext context, String why)
      throws InterruptedException {
    String conversation = docket == null ? "none" : docket.conversation();
    refuse(message, context, conversation, 0, Receipt.UNREADABLE, why);
  }

  private void refuse(
      Message message,
      AgentContext context,
      String conversation,
      int round,
      Receipt receipt,
      String why)
      throws InterruptedException {
    Docket now = docket == null ? nobodys(context) : docket;
    var s = new Sitting(now, office, context, message);
    String type = message.payload().type();
    s.emit(new SetAside(now.conversation(), s.at(), message.from(), type, receipt));
    var unused = s.tell(message.from(), new NotUnderstood(conversation, round, type, why));
  }

  /** What stands for a docket where there has been none. */
  private Docket nobodys(AgentContext context) {
    return new Docket(
        new Docket.Head(
            "none",
            Demand.of(context.self(), "none"),
            0,
            null,
            context.time().now().toEpochMilli(),
            0));
  }

  private @Nullable Sitting sitting(String conversation, Message message, AgentContext context) {
    Docket now = docket;
    return now != null && now.conversation().equals(conversation)
        ? new Sitting(now, office, context, message)
        : null;
  }

  private Status status() {
    Docket now = docket;
    return now == null
        ? new Status("", Transitions.FIRST, null, null, true)
        : new Status(now.conversation(), now.phase, now.plan, now.ending, now.concluded);
  }
}
