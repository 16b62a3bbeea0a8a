package dev.mama.registry;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Message;
import dev.mama.Payload;

/**
 * The one owner of an experiment's registry and ledger, reached by its id on its ordinary topic: it
 * answers each {@link PmlLetter} with a {@link PmlAnswer}.
 *
 * <p>A turn waits until the letter's evidence is kept; the letters of all writers are taken one
 * after another, so a batch should have as many messages as there are.
 *
 * <p>Confined to its turn.
 */
public final class RegistryAgent implements Agent {

  /** Its id, one in each experiment. */
  public static final AgentId ID = AgentId.of("registry");

  private final PmlDesk desk;

  /** The agent before {@code desk}. */
  public RegistryAgent(PmlDesk desk) {
    this.desk = desk;
  }

  /** The type by which a group starts it, named {@code registry}. */
  public static AgentType type(PmlDesk desk) {
    return AgentType.of("registry", () -> new RegistryAgent(desk));
  }

  /**
   * @throws dev.mama.PayloadException if the message is no letter
   */
  @Override
  public void onMessage(Message message, AgentContext context) throws InterruptedException {
    PmlLetter letter = message.payload().as(PmlLetter.class);
    context.reply(Payload.of(desk.take(letter)));
  }
}
