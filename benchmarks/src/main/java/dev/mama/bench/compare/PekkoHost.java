package dev.mama.bench.compare;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.MailboxSelector;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Apache Pekko typed actors on its default dispatcher, with bounded mailboxes.
 *
 * <p>Where a bounded mailbox is full, Pekko drops the message into its dead letters without a sign
 * to the sender; a question therefore keeps fewer messages under way than a mailbox holds, and
 * counts.
 *
 * <p>Thread-safe.
 */
public final class PekkoHost implements Host, Host.Sending {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Config QUIET =
      ConfigFactory.parseString(
              """
              pekko.loglevel = OFF
              pekko.stdout-loglevel = OFF
              pekko.log-dead-letters = off
              pekko.log-dead-letters-during-shutdown = off
              pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
              """)
          .withFallback(ConfigFactory.load());

  private final ActorSystem<Void> system;
  private final List<ActorRef<Token>> actors;

  private PekkoHost(int agents, IntFunction<Handler> handlers) throws InterruptedException {
    this(agents, handlers, new CompletableFuture<>());
  }

  private PekkoHost(
      int agents, IntFunction<Handler> handlers, CompletableFuture<List<ActorRef<Token>>> spawned)
      throws InterruptedException {
    system = system("questions", agents, i -> actor(handlers.apply(i)), spawned);
    actors = await(spawned);
  }

  /** See {@link Host.Start}. */
  public static Host start(int agents, IntFunction<Handler> handlers) throws InterruptedException {
    return new PekkoHost(agents, handlers);
  }

  private Behavior<Token> actor(Handler handler) {
    return Behaviors.receiveMessage(token -> {
      handler.on(token, this);
      return Behaviors.same();
    });
  }

  @Override
  public String name() {
    return "Pekko";
  }

  @Override
  public void send(int to, Token token) {
    actors.get(to).tell(token);
  }

  @Override
  public void close() {
    stop(system);
  }

  /** A system whose guardian has spawned {@code count} actors once {@code spawned} completes. */
  static <M> ActorSystem<Void> system(
      String name,
      int count,
      IntFunction<Behavior<M>> behaviors,
      CompletableFuture<List<ActorRef<M>>> spawned) {
    Behavior<Void> guardian =
        Behaviors.setup(context -> {
          var actors = new ArrayList<ActorRef<M>>(count);
          for (int i = 0; i < count; i++) {
            actors.add(
                context.spawn(behaviors.apply(i), "agent-" + i, MailboxSelector.bounded(MAILBOX)));
          }
          spawned.complete(actors);
          return Behaviors.empty();
        });
    return ActorSystem.create(guardian, name, QUIET);
  }

  static <T> T await(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Pekko's actors did not start within " + LIMIT, e);
    }
  }

  static void stop(ActorSystem<?> system) {
    system.terminate();
    try {
      var unused =
          system
              .getWhenTerminated()
              .toCompletableFuture()
              .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Pekko's actors did not stop within " + LIMIT, e);
    }
  }
}
