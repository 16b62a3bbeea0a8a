package dev.mama.registry;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.registry.CopyWire.RegistryPageWanted;
import dev.mama.registry.CopyWire.RegistryTick;
import dev.mama.runtime.AgentGroup;
import java.time.Duration;

/**
 * The one owner of an experiment's registry and ledger, reached by its id on its ordinary topic: it
 * answers each {@link PmlLetter} with a {@link PmlAnswer}, looks twice a second who has become
 * silent, and publishes what has changed to those who keep a {@link RegistryCopy}.
 *
 * <p>A turn waits until the letter's evidence is kept; the letters of all writers are taken one
 * after another, so a batch should have as many messages as there are.
 *
 * <p>Confined to its turn.
 */
public final class RegistryAgent implements Agent {

  /** Its id, one in each experiment. */
  public static final AgentId ID = AgentId.of("registry");

  /** How often it looks what has changed. */
  static final Duration LOOK = Duration.ofMillis(500);

  private static final String TYPE = "registry";

  private final PmlDesk desk;
  private final RegistryFeed feed;
  private final Duration look;
  private boolean looking;

  private RegistryAgent(PmlDesk desk, RegistryFeed feed, Duration look) {
    this.desk = desk;
    this.feed = feed;
    this.look = look;
  }

  /**
   * Starts it in {@code group}, before {@code desk}.
   *
   * @throws dev.mama.TransportException if the group's transport refuses
   * @throws InterruptedException if interrupted while waiting for the transport
   */
  public static void start(AgentGroup group, PmlDesk desk) throws InterruptedException {
    start(group, desk, LOOK);
  }

  static void start(AgentGroup group, PmlDesk desk, Duration look) throws InterruptedException {
    RegistryFeed feed = desk.feed();
    group.define(AgentType.of(TYPE, () -> new RegistryAgent(desk, feed, look)));
    group.start(ID, TYPE);
    group.client("registry-clock").send(ID, Payload.of(new RegistryTick()));
  }

  /**
   * @throws dev.mama.PayloadException if the message is no letter
   */
  @Override
  public void onMessage(Message message, AgentContext context) throws InterruptedException {
    Payload payload = message.payload();
    switch (payload.type()) {
      case "RegistryPageWanted" ->
          context.reply(Payload.of(feed.page(payload.as(RegistryPageWanted.class))));
      case "RegistryTick" -> {
        if (!looking) {
          looking = true;
          context.scheduleEvery(look, Payload.of(new RegistryTick()));
        }
        feed.publish(context);
      }
      default -> context.reply(Payload.of(desk.take(payload.as(PmlLetter.class))));
    }
  }
}
