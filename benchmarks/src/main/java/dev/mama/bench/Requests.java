package dev.mama.bench;

import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ChatRequest;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.runtime.AgentGroup;
import dev.mama.testkit.ScriptedChatModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How many requests a second do users get answered when the model takes no time? Each user has an
 * id and a virtual thread of its own and asks an agent of its own, which asks the scripted model
 * and replies.
 *
 * <p>Not thread-safe.
 */
final class Requests {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Payload QUESTION = Payload.text("How are you?");
  private static final String ANSWER = "Fine, thank you.";
  private static final Agent ASSISTANT =
      (message, context) ->
          context.reply(
              Payload.text(
                  context
                      .chat(ChatRequest.of(message.payload().as(Payload.Text.class).text()))
                      .text()));

  private final int users;
  private final int each;
  private final Samples rounds = new Samples();

  Requests(int users, int each) {
    this.users = users;
    this.each = each;
  }

  /** Measures {@code count} rounds after the warm-up. */
  List<Figure> measure(int count, Duration warmUp) throws InterruptedException {
    try (var model = new ScriptedChatModel(request -> ANSWER);
        AgentGroup group = AgentGroup.builder(ExperimentId.of("bench")).chatModel(model).build()) {
      group.define(AgentType.of("assistant", () -> ASSISTANT));
      var clients = new ArrayList<Sender>(users);
      for (int user = 0; user < users; user++) {
        group.start(AgentId.of("assistant-" + user), "assistant");
        clients.add(group.client("user-" + user));
      }
      long before = Memory.used();
      long start = System.nanoTime();
      long asked = 0;
      do {
        round(clients);
        asked++;
      } while (System.nanoTime() - start < warmUp.toNanos());
      for (int i = 0; i < count; i++) {
        long from = System.nanoTime();
        round(clients);
        rounds.add(System.nanoTime() - from);
        asked++;
      }
      long after = Memory.used();
      long wanted = asked * users * each;
      if (model.calls() != wanted) {
        throw new IllegalStateException(
            "requests: the model was asked %,d times instead of %,d"
                .formatted(model.calls(), wanted));
      }
      return List.of(
          rounds.rate("runtime.requests.rate", (double) users * each).atLeast(100_000),
          Figure.of("runtime.requests.heap-before", before / 1048576.0, "MiB", 1),
          Figure.of("runtime.requests.heap-after", after / 1048576.0, "MiB", wanted));
    }
  }

  private void round(List<Sender> clients) throws InterruptedException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answered = new ArrayList<Future<Integer>>(users);
      for (int user = 0; user < users; user++) {
        Sender client = clients.get(user);
        AgentId assistant = AgentId.of("assistant-" + user);
        answered.add(threads.submit(() -> askAll(client, assistant)));
      }
      long all = 0;
      for (Future<Integer> future : answered) {
        all += future.get();
      }
      if (all != (long) users * each) {
        throw new IllegalStateException(
            "requests: %,d of %,d were not answered"
                .formatted((long) users * each - all, (long) users * each));
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("requests: one was not answered", e);
    }
  }

  private int askAll(Sender client, AgentId assistant) throws InterruptedException {
    int right = 0;
    for (int i = 0; i < each; i++) {
      if (client.ask(assistant, QUESTION, LIMIT).as(Payload.Text.class).text().equals(ANSWER)) {
        right++;
      }
    }
    return right;
  }
}
