package dev.mama.examples;

import dev.mama.AgentContext;
import dev.mama.ChatRequest;
import dev.mama.DurableAgent;
import dev.mama.Message;
import dev.mama.Payload;

/**
 * An agent for {@code ./mama run}: it has its model think about each task, and replies with that.
 *
 * <p>Confined to its turn.
 */
public final class Thinker implements DurableAgent<Thinker.Thoughts> {

  private int thoughts;

  /** What it records after each task. */
  public record Thought(long task, int thoughts, String text) {}

  /** What it is. */
  public record Thoughts(int thoughts) {}

  @Override
  public Thoughts state() {
    return new Thoughts(thoughts);
  }

  @Override
  public void restore(Thoughts state) {
    thoughts = state.thoughts();
  }

  @Override
  public void onMessage(Message message, AgentContext context) throws InterruptedException {
    long task = message.payload().as(Task.class).number();
    String text =
        context
            .chat(
                ChatRequest.of("Riddle " + task + ": what is seen once a minute, twice a moment?"))
            .text();
    thoughts++;
    context.recordState(new Thought(task, thoughts, text));
    context.reply(Payload.text(text));
  }
}
