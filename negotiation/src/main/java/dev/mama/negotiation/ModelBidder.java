package dev.mama.negotiation;

import dev.mama.AgentCard;
import dev.mama.AgentContext;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.Deadline;
import dev.mama.llm.agent.Meaning;
import dev.mama.llm.agent.StructuredOutput;
import dev.mama.negotiation.Performative.CallForProposals;
import java.time.Duration;
import java.util.Map;

/**
 * A bidder that asks the group's model, with its card and the demand.
 *
 * <p>Immutable.
 */
public final class ModelBidder implements Bidder {

  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final AgentCard card;
  private final Prompts prompts;

  /** What the model answers with. */
  sealed interface Reply {}

  @Meaning("an offer that stands on the card")
  record MakeOffer(
      @Meaning("what the agent would do") String summary,
      @Meaning("words of the card, copied exactly, that say it can") String citation,
      @Meaning("not negative") double price,
      @Meaning("how good it will be, 0 to 1") double quality)
      implements Reply {
    MakeOffer {
      var unused = new Offer(summary, citation, price, quality); // checks them
    }
  }

  @Meaning("no offer")
  record Decline(String reason) implements Reply {}

  private static final StructuredOutput<Reply> REPLY = StructuredOutput.of(Reply.class);

  /** A bidder for {@code card}'s agent. */
  public ModelBidder(AgentCard card, Prompts prompts) {
    this.card = card;
    this.prompts = prompts;
  }

  @Override
  public Bid bid(CallForProposals call, AgentContext context) throws InterruptedException {
    String prompt =
        prompts.offer(
            Map.of(
                "agent", card.agent().value(),
                "card", card.description(),
                "demand", call.demand(),
                "atmost",
                    call.atMost().isPresent()
                        ? String.valueOf(call.atMost().getAsDouble())
                        : "not said"));
    Reply reply =
        REPLY.ask(
            ChatRequest.of(prompt),
            request -> ask(request, Duration.ofMillis(call.withinMillis()), context));
    return switch (reply) {
      case MakeOffer(var summary, var citation, var price, var quality) ->
          Bid.of(new Offer(summary, citation, price, quality));
      case Decline(var reason) -> new Bid.Refusal(reason);
    };
  }

  @Override
  public String answer(String question, AgentContext context) throws InterruptedException {
    String prompt =
        prompts.answer(
            Map.of(
                "agent", card.agent().value(), "card", card.description(), "question", question));
    return ask(ChatRequest.of(prompt), ANSWER, context).text();
  }

  private static ChatReply ask(ChatRequest request, Duration limit, AgentContext context)
      throws InterruptedException {
    return context.chat(request.within(request.trace(), Deadline.after(limit, context.time())));
  }
}
