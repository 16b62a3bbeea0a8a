package dev.mama.bench;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.bench.compare.Host;
import dev.mama.runtime.AgentGroup;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The agents of a group as it is built by default: metrics, bounded mailboxes, numbered and traced
 * messages. Within a handler, tokens leave through {@code context.send}.
 *
 * <p>Thread-safe.
 */
final class MamaHost implements Host {

  private final AgentGroup group;
  private final Sender client;
  private final List<AgentId> ids;

  private MamaHost(AgentGroup group, Sender client, List<AgentId> ids) {
    this.group = group;
    this.client = client;
    this.ids = ids;
  }

  /** See {@link Host.Start}. */
  static Host start(int agents, IntFunction<Handler> handlers) throws InterruptedException {
    List<AgentId> ids = IntStream.range(0, agents).mapToObj(i -> AgentId.of("agent-" + i)).toList();
    AgentGroup group = AgentGroup.builder(ExperimentId.of("bench")).build();
    try {
      group.define(
          AgentType.perId(
              "bench",
              id -> {
                int number = Integer.parseInt(id.value().substring("agent-".length()));
                return new HandlerAgent(handlers.apply(number), ids);
              }));
      group.startAll(ids, "bench");
      return new MamaHost(group, group.client("bench"), ids);
    } catch (InterruptedException | RuntimeException e) {
      group.close();
      throw e;
    }
  }

  /** Gives each token to its handler; is, during the turn, what that handler sends through. */
  private static final class HandlerAgent implements Agent, Sending {
    private final Handler handler;
    private final List<AgentId> ids;
    private @Nullable AgentContext context;

    HandlerAgent(Handler handler, List<AgentId> ids) {
      this.handler = handler;
      this.ids = ids;
    }

    @Override
    public void onMessage(Message message, AgentContext context) throws InterruptedException {
      this.context = context;
      handler.on(message.payload().as(Token.class), this);
    }

    @Override
    public void send(int to, Token token) throws InterruptedException {
      Objects.requireNonNull(context, "sending outside a turn")
          .send(ids.get(to), Payload.of(token));
    }
  }

  @Override
  public String name() {
    return "MAMA";
  }

  @Override
  public void send(int to, Token token) throws InterruptedException {
    client.send(ids.get(to), Payload.of(token));
  }

  @Override
  public void close() {
    group.close();
  }
}
