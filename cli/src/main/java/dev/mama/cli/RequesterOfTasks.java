package dev.mama.cli;

import dev.mama.AgentContext;
import dev.mama.DurableAgent;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.examples.Needs;
import dev.mama.examples.Needs.LabelledNeed;
import dev.mama.examples.Requester;
import dev.mama.examples.Task;
import java.util.List;

/**
 * A requester whose task is one of the needs that come with the demo.
 *
 * <p>Confined to its turn.
 */
final class RequesterOfTasks implements DurableAgent<Requester.Serving> {

  private final Requester requester = new Requester();
  private final List<LabelledNeed> needs = Needs.builtIn();

  @Override
  public Requester.Serving state() {
    return requester.state();
  }

  @Override
  public void restore(Requester.Serving state) {
    requester.restore(state);
  }

  @Override
  public void onMessage(Message message, AgentContext context) throws InterruptedException {
    long number = message.payload().as(Task.class).number();
    LabelledNeed need = needs.get((int) Math.floorMod(number - 1, (long) needs.size()));
    var wanted = new Requester.Wanted(need.need().text(), need.specialty().orElse(""));
    requester.onMessage(
        new Message(
            message.idHigh(),
            message.idLow(),
            message.from(),
            message.to(),
            message.channel(),
            Payload.of(wanted),
            message.trace(),
            message.deadline()),
        context);
  }
}
