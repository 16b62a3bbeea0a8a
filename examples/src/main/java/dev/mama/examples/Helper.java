package dev.mama.examples;

import dev.mama.AgentCard;
import dev.mama.AgentContext;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.DurableAgent;
import dev.mama.Message;
import dev.mama.Payload;

/**
 * An agent that answers questions of its field through the chat model.
 *
 * <p>Confined to its turn.
 */
public final class Helper implements DurableAgent<Helper.Progress> {

  private final AgentCard card;
  private int answered;

  public Helper(AgentCard card) {
    this.card = card;
  }

  /** What a helper is asked. */
  public record Question(String text) {}

  /**
   * What it answers.
   *
   * @param text the model's answer; its first line names the field that the question belongs to
   * @param model the model that answered
   * @param chatNanos time spent with the model
   * @param turnNanos time spent in all, so that the rest of the asker's wait is the wire
   */
  public record Answer(String text, String model, long chatNanos, long turnNanos) {}

  /** What it is, and records after each answer. */
  public record Progress(int answered) {}

  @Override
  public Progress state() {
    return new Progress(answered);
  }

  @Override
  public void restore(Progress state) {
    answered = state.answered();
  }

  @Override
  public void onMessage(Message message, AgentContext context) throws InterruptedException {
    long start = context.time().nanos();
    Question question = message.payload().as(Question.class);
    ChatReply reply = context.chat(ChatRequest.of(question.text()).system(instructions(card)));
    long chatted = context.time().nanos();
    answered++;
    context.recordState(state());
    long end = context.time().nanos();
    context.reply(
        Payload.of(new Answer(reply.text(), reply.model(), chatted - start, end - start)));
  }

  /** The first words are what {@link ScriptedExpert} knows the agent by. */
  static String instructions(AgentCard card) {
    return """
    You are agent %s. Your field is %s. %s
    Answer the question in at most two sentences. Before them, on the first line, write "Field: " \
    and the one or two words that name the field of work this question belongs to.\
    """
        .formatted(card.agent(), card.specialty(), card.description());
  }
}
