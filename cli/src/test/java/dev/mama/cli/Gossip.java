package dev.mama.cli;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.StepAgent;
import java.util.List;

/** For {@link RunCommandTest}: tells the next one in a ring what it has heard, step by step. */
public final class Gossip implements StepAgent {

  static final int AGENTS = 4;

  private final int number;

  /** How many steps a word has gone. */
  public record Word(long steps) {}

  public Gossip(AgentId self) {
    number = Integer.parseInt(self.value().substring("gossip-".length()));
  }

  @Override
  public void onStep(long step, List<Message> input, AgentContext context) throws Exception {
    long heard = input.isEmpty() ? 0 : input.getFirst().payload().as(Word.class).steps();
    context.record("heard", new Word(heard));
    context.send(AgentId.of("gossip-" + (number % AGENTS + 1)), Payload.of(new Word(heard + 1)));
  }
}
