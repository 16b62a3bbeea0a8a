package dev.mama.negotiation;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.DurableAgent;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.PayloadException;
import dev.mama.negotiation.Performative.AcceptProposal;
import dev.mama.negotiation.Performative.CallForProposals;
import dev.mama.negotiation.Performative.Cancel;
import dev.mama.negotiation.Performative.Confirm;
import dev.mama.negotiation.Performative.Disconfirm;
import dev.mama.negotiation.Performative.Failure;
import dev.mama.negotiation.Performative.InformDone;
import dev.mama.negotiation.Performative.InformRef;
import dev.mama.negotiation.Performative.InformResult;
import dev.mama.negotiation.Performative.Initiator;
import dev.mama.negotiation.Performative.NotUnderstood;
import dev.mama.negotiation.Performative.Propose;
import dev.mama.negotiation.Performative.QueryIf;
import dev.mama.negotiation.Performative.QueryRef;
import dev.mama.negotiation.Performative.Refuse;
import dev.mama.negotiation.Performative.RejectProposal;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An agent that takes part in negotiations for its {@link Bidder}: it remembers what it has offered
 * and to whom, says everything once, and again where it is asked again. Its offers bind it until
 * they are rejected or their time is over; of more than 1,000 open ones further calls are refused.
 *
 * <p>As a durable agent it keeps its word after a kill, too.
 *
 * <p>Confined to its turn.
 */
public final class Participant implements DurableAgent<Participant.Commitments> {

  private static final int MOST = 1_000;
  private static final int MOST_PERFORMED = 32;
  private static final long PATIENCE_MILLIS = 60_000; // for the word that follows a confirmation
  private static final Kinds<Initiator> KNOWN = new Kinds<>(Initiator.class);

  private final Bidder bidder;
  private final Map<String, Commitment> commitments = new LinkedHashMap<>();

  /** Where a commitment stands. */
  enum Stand {
    OFFERED,
    CONFIRMED,
    ACCEPTED
  }

  /**
   * An offer that binds.
   *
   * @param desk whom it binds to
   * @param result what came of performing it, or null before; of a failure its reason
   */
  record Commitment(
      String conversation,
      AgentId desk,
      int round,
      Stand stand,
      Offer offer,
      long validUntilMillis,
      @Nullable String result,
      boolean failed) {

    Commitment stand(Stand other) {
      return new Commitment(
          conversation, desk, round, other, offer, validUntilMillis, result, failed);
    }

    /** It binds until {@code untilMillis} at least. */
    Commitment confirmed(long untilMillis) {
      long until = Math.max(untilMillis, validUntilMillis);
      return new Commitment(
          conversation, desk, round, Stand.CONFIRMED, offer, until, result, failed);
    }

    Commitment result(String what, boolean wasFailure) {
      return new Commitment(
          conversation, desk, round, stand, offer, validUntilMillis, what, wasFailure);
    }
  }

  /**
   * What it is bound to; the state of a durable participant.
   *
   * @param all at most 1,000
   */
  public record Commitments(List<Commitment> all) {
    public Commitments {
      all = List.copyOf(all);
    }
  }

  /** A participant for {@code bidder}. */
  public Participant(Bidder bidder) {
    this.bidder = bidder;
  }

  /**
   * Participants that live in memory, each with the bidder that {@code bidders} makes for its id.
   */
  public static AgentType type(String name, Function<AgentId, ? extends Bidder> bidders) {
    return AgentType.perId(name, id -> new Participant(bidders.apply(id)));
  }

  /** The same for participants whose commitments outlive the process. */
  public static AgentType durableType(String name, Function<AgentId, ? extends Bidder> bidders) {
    return AgentType.durablePerId(
        name, Commitments.class, id -> new Participant(bidders.apply(id)));
  }

  @Override
  public Commitments state() {
    return new Commitments(List.copyOf(commitments.values()));
  }

  @Override
  public void restore(Commitments state) {
    state.all().forEach(one -> commitments.put(one.conversation(), one));
  }

  @Override
  public void onMessage(Message message, AgentContext context) throws InterruptedException {
    Optional<Initiator> words;
    try {
      words = KNOWN.read(message.payload());
    } catch (PayloadException e) {
      notUnderstood(message, context, "none", 0, String.valueOf(e.getMessage()));
      return;
    }
    lapse(context.time().now().toEpochMilli());
    if (words.isEmpty()) {
      notUnderstood(message, context, "none", 0, "participants do not know it");
      return;
    }
    Performative answer = answer(words.get(), message, context);
    if (answer != null) {
      context.send(message.from(), Payload.of((Record) answer));
    }
  }

  /** Forgets what binds no more; of what was performed the last few are kept, to say it again. */
  private void lapse(long nowMillis) {
    commitments.values().removeIf(one -> one.validUntilMillis() < nowMillis);
    long performed =
        commitments.values().stream().filter(one -> one.stand() == Stand.ACCEPTED).count();
    Iterator<Commitment> oldest = commitments.values().iterator();
    while (performed > MOST_PERFORMED) {
      if (oldest.next().stand() == Stand.ACCEPTED) {
        oldest.remove();
        performed--;
      }
    }
  }

  private @Nullable Performative answer(Initiator words, Message message, AgentContext context)
      throws InterruptedException {
    Commitment known = commitments.get(words.conversation());
    if (known != null && !known.desk().equals(message.from())) {
      return new NotUnderstood(
          words.conversation(),
          words.round(),
          message.payload().type(),
          "the negotiation is another's");
    }
    return switch (words) {
      case CallForProposals call -> bid(call, known, message, context);
      case QueryIf query -> confirm(query, known, context);
      case QueryRef query -> reply(query, known, context);
      case AcceptProposal accept -> perform(accept, known, context);
      case RejectProposal(var conversation, var round, var reason) -> {
        release(known, reason, context);
        yield null;
      }
      case Cancel(var conversation, var round, var reason) -> {
        release(known, reason, context);
        yield new InformDone(conversation, round);
      }
      case NotUnderstood not -> null; // what it was sent stands; nothing better is known
    };
  }

  private Performative bid(
      CallForProposals call, @Nullable Commitment known, Message message, AgentContext context)
      throws InterruptedException {
    String conversation = call.conversation();
    if (known != null && (known.round() >= call.round() || known.stand() != Stand.OFFERED)) {
      return proposal(known, context); // it was called before
    }
    if (commitments.size() >= MOST) {
      return new Refuse(conversation, call.round(), "%d offers are open".formatted(MOST));
    }
    commitments.remove(conversation); // a revised call takes the place of the one before
    Bid bid;
    try {
      bid = bidder.bid(call, context);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      bid = new Bid.Refusal(e.toString());
    }
    return switch (bid) {
      case Bid.Refusal(var reason) -> new Refuse(conversation, call.round(), reason);
      case Bid.Proposal(var offer, var binds) -> {
        var made =
            new Commitment(
                conversation,
                message.from(),
                call.round(),
                Stand.OFFERED,
                offer,
                context.time().now().plus(binds).toEpochMilli(),
                null,
                false);
        commitments.put(conversation, made);
        yield proposal(made, context);
      }
    };
  }

  private static Propose proposal(Commitment made, AgentContext context) {
    long left = made.validUntilMillis() - context.time().now().toEpochMilli();
    return new Propose(made.conversation(), made.round(), made.offer(), Math.max(0, left));
  }

  private Performative confirm(QueryIf query, @Nullable Commitment known, AgentContext context)
      throws InterruptedException {
    String conversation = query.conversation();
    if (known == null) {
      return new Disconfirm(conversation, query.round(), "no offer is open");
    }
    if (known.stand() != Stand.OFFERED) {
      return new Confirm(conversation, query.round());
    }
    String problem;
    try {
      problem = bidder.takes(query.plan(), query.share(), context) ? "" : "it does not take it";
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      problem = e.toString();
    }
    if (!problem.isEmpty()) {
      commitments.remove(conversation);
      return new Disconfirm(conversation, query.round(), problem);
    }
    long until = context.time().now().toEpochMilli() + query.withinMillis() + PATIENCE_MILLIS;
    commitments.put(conversation, known.confirmed(until));
    return new Confirm(conversation, query.round());
  }

  private Performative reply(QueryRef query, @Nullable Commitment known, AgentContext context)
      throws InterruptedException {
    String answer;
    if (known == null) {
      answer = "no offer is open";
    } else {
      try {
        answer = bidder.answer(query.question(), context);
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        answer = "it cannot answer: " + e;
      }
    }
    return new InformRef(query.conversation(), query.round(), query.number(), answer);
  }

  private @Nullable Performative perform(
      AcceptProposal accept, @Nullable Commitment known, AgentContext context)
      throws InterruptedException {
    String conversation = accept.conversation();
    if (known == null) {
      return new Failure(conversation, accept.round(), "no offer is open");
    }
    Commitment done = known;
    if (known.stand() != Stand.ACCEPTED) {
      try {
        done = known.stand(Stand.ACCEPTED).result(bidder.perform(accept.share(), context), false);
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        done = known.stand(Stand.ACCEPTED).result(e.toString(), true);
      }
      commitments.put(conversation, done);
    }
    String result = String.valueOf(done.result());
    return done.failed()
        ? new Failure(conversation, accept.round(), result)
        : new InformResult(conversation, accept.round(), result);
  }

  private void release(@Nullable Commitment known, String reason, AgentContext context)
      throws InterruptedException {
    if (known == null) {
      return; // it was rejected before, or never offered
    }
    commitments.remove(known.conversation());
    try {
      bidder.released(known.conversation(), reason, context);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      context.record("negotiation.release-failed", new Payload.Text(e.toString()));
    }
  }

  private static void notUnderstood(
      Message message, AgentContext context, String conversation, int round, String why)
      throws InterruptedException {
    if (message.payload().type().equals("NotUnderstood")) {
      return; // two who do not understand each other end here
    }
    context.send(
        message.from(),
        Payload.of(new NotUnderstood(conversation, round, message.payload().type(), why)));
  }
}
