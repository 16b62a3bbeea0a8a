package dev.mama.cli;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.DurableAgent;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.examples.Task;

/**
 * For {@link ResumeTest}: sends a token around for each task, and has done the task when it is
 * back. What it does follows from the task's number alone.
 */
public final class Walker implements DurableAgent<Walker.Walked> {

  static final int WALKERS = 12;
  static final int HOPS = 4;

  /** Has a process say a line for each turn. */
  static final String TELL = "mama.test.tell";

  private final AgentId self;
  private long turns;
  private long sum;

  /** What it is. */
  public record Walked(long turns, long sum) {}

  /** What goes around; {@code giver} waits for it. */
  public record Token(long task, String origin, String giver, int left) {}

  /** What is recorded of each turn. */
  public record Seen(long task, int left, Walked walked) {}

  public Walker(AgentId self) {
    this.self = self;
  }

  @Override
  public Walked state() {
    return new Walked(turns, sum);
  }

  @Override
  public void restore(Walked state) {
    turns = state.turns();
    sum = state.sum();
  }

  @Override
  public void onMessage(Message message, AgentContext context) throws InterruptedException {
    Token token =
        message.payload().type().equals("Task")
            ? new Token(
                message.payload().as(Task.class).number(),
                self.value(),
                message.from().value(),
                HOPS)
            : message.payload().as(Token.class);
    turns++;
    sum += token.task() * 31 + token.left();
    context.record("seen", new Seen(token.task(), token.left(), state()));
    if (token.left() > 0) {
      context.send(
          next(token),
          Payload.of(new Token(token.task(), token.origin(), token.giver(), token.left() - 1)));
    } else {
      context.send(AgentId.of(token.giver()), Payload.text("done"));
    }
    if (Boolean.getBoolean(TELL)) {
      System.out.println("turn");
    }
  }

  /** Home for the last hop, anybody before. */
  private static AgentId next(Token token) {
    return AgentId.of(
        token.left() == 1
            ? token.origin()
            : "walker-" + (1 + Math.floorMod(token.task() * 7 + token.left() * 5L, WALKERS)));
  }
}
