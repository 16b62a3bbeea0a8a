package dev.mama.bench.compare;

import dev.mama.bench.compare.Host.Token;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Pekko typed actors that have started and do nothing; they share one stateless behaviour.
 *
 * <p>Immutable.
 */
public final class PekkoIdle implements AutoCloseable {

  private final ActorSystem<Void> system;

  private PekkoIdle(ActorSystem<Void> system) {
    this.system = system;
  }

  /**
   * Starts {@code count} actors and returns once all of them run.
   *
   * @throws InterruptedException if interrupted meanwhile
   */
  public static PekkoIdle start(int count) throws InterruptedException {
    var running = new CountDownLatch(count);
    Behavior<Token> behaviour = Behaviors.receiveMessage(token -> Behaviors.same());
    Behavior<Token> starting =
        Behaviors.setup(context -> {
          running.countDown();
          return behaviour;
        });
    var spawned = new CompletableFuture<List<ActorRef<Token>>>();
    ActorSystem<Void> system = PekkoHost.system("idle", count, i -> starting, spawned);
    PekkoHost.await(spawned);
    running.await();
    return new PekkoIdle(system);
  }

  @Override
  public void close() {
    PekkoHost.stop(system);
  }
}
