package dev.mama.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ChatException;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.StepAgent;
import dev.mama.Supervision;
import dev.mama.Supervision.Reaction;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Steps;
import dev.mama.spi.ChatModel;
import dev.mama.testkit.SteppedMachine;
import dev.mama.testkit.TestGroup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;

/** Records small runs, for tests that look at them. */
abstract class RunRig {

  static final ExperimentId EXPERIMENT = ExperimentId.of("test");
  static final Duration LONG = Duration.ofMinutes(1);

  @TempDir Path folder;

  record Go(int number) {}

  record Seen(String text, long draw, long nanos) {}

  /** Does one of everything, and keeps what it got. */
  static final class Busy implements Agent {
    final List<String> got = new ArrayList<>();
    private final int fault;

    /**
     * @param fault the message from which on it does something else than others do; 0 for none
     */
    Busy(int fault) {
      this.fault = fault;
    }

    @Override
    public void onMessage(Message message, AgentContext context) throws Exception {
      if (!message.payload().type().equals("Go")) {
        got.add("heard " + message.payload().as(Payload.Text.class).text());
        return;
      }
      int number = message.payload().as(Go.class).number();
      got.add(message.from() + " " + message.id() + " " + message.trace());
      long draw = context.random().nextInt(1_000);
      double real = context.random().nextDouble(1, 2);
      got.add(draw + " " + real + " " + context.time().now() + " " + context.time().nanos());
      got.add(context.chat(ChatRequest.of("question " + number)).text());
      try {
        got.add(context.chat(ChatRequest.of("broken")).text());
      } catch (ChatException e) {
        got.add(e.reason() + " " + e.getMessage());
      }
      got.add(context.ask(AgentId.of("echo"), Payload.of(new Go(number)), LONG).toString());
      try {
        got.add(context.ask(AgentId.of("echo"), Payload.text("fail"), LONG).toString());
      } catch (AgentFailedException e) {
        got.add(String.valueOf(e.getMessage()));
      }
      context.time().sleep(Duration.ofSeconds(1));
      got.add("" + context.compute(() -> number * 7));
      context.record("seen", new Seen("x", draw, number));
      context.recordState(new Seen("y", number, number));
      context.metric("number", number);
      context.join("news");
      got.add("published to " + context.publish("news", Payload.text("news " + number)));
      var unused = context.schedule(Duration.ofSeconds(5), Payload.text("later " + number));
      got.add("" + context.trySend(AgentId.of("echo"), Payload.text("psst")).getClass());
      if (fault > 0 && number >= fault) {
        context.send(context.self(), Payload.text("a slip"));
      }
      if (number == 3) {
        throw new IllegalStateException("three is too much");
      }
      context.reply(Payload.text("done " + number));
    }
  }

  static final Agent ECHO =
      (message, context) -> {
        if (message.payload().type().equals("Go")) {
          context.reply(Payload.text("echo " + message.payload().as(Go.class).number()));
        } else if (message.payload().as(Payload.Text.class).text().equals("fail")) {
          throw new IllegalStateException("as asked");
        }
      };

  /** Answers with a count, so that the same question gets another answer each time. */
  static ChatModel model() {
    var calls = new AtomicInteger();
    return new ChatModel() {
      @Override
      public String name() {
        return "counting";
      }

      @Override
      public ChatReply chat(ChatRequest request) {
        if (request.messages().getLast().content().equals("broken")) {
          throw new ChatException("no, thank you", ChatException.Reason.REFUSED);
        }
        return new ChatReply(
            "answer " + calls.incrementAndGet(), name(), 1, 2, Duration.ZERO, Duration.ofMillis(3));
      }

      @Override
      public void close() {}
    };
  }

  static List<AgentType> types(int fault, List<Busy> made) {
    return List.of(
        AgentType.of(
            "busy",
            () -> {
              var busy = new Busy(fault);
              made.add(busy);
              return busy;
            }),
        AgentType.of("echo", () -> ECHO));
  }

  Path record(String name, long order, int fault, List<Busy> made) throws Exception {
    Path path = folder.resolve(name);
    var machine = SteppedMachine.seeded(order);
    try (var journal = RunJournal.create(path, EXPERIMENT, 7)) {
      try (var group = TestGroup.on(machine, options -> options.seed(7).chatModel(model()))) {
        types(fault, made).forEach(type -> group.define(journal.recorded(type)));
        group.start("echo", "echo");
        AgentId one = group.start("busy-1", "busy");
        AgentId two = group.start("busy-2", "busy");
        var client = group.client("client");
        for (int number = 1; number <= 4; number++) {
          client.send(one, Payload.of(new Go(number)));
          client.send(two, Payload.of(new Go(number)));
        }
        group.settle();
        group.advance(LONG);
      }
    }
    return path;
  }

  static Optional<RunDifference> diff(Path first, Path second) throws Exception {
    try (Run a = Run.open(first);
        Run b = Run.open(second)) {
      return RunDifference.between(a, b);
    }
  }

  static List<String> turns(Path path) throws Exception {
    var turns = new ArrayList<String>();
    try (Run run = Run.open(path)) {
      assertThat(run.experiment()).isEqualTo(EXPERIMENT);
      assertThat(run.seed()).isEqualTo(7);
      for (TurnRecord turn = run.next(); turn != null; turn = run.next()) {
        turns.add(turn + " " + turn.happenings());
      }
    }
    return turns;
  }

  /** What was drawn; traces are drawn anew by each run. */
  static List<String> draws(Busy busy) {
    return busy.got.stream().filter(line -> line.matches("\\d+ 1\\.\\d+ .*")).toList();
  }

  Path steps(String name, int skew, int fault) throws Exception {
    Path path = folder.resolve(name);
    try (var journal = RunJournal.create(path, EXPERIMENT, 7);
        var group = AgentGroup.builder(EXPERIMENT).seed(7).build()) {
      var steps = Steps.in(group, skew, journal.listener());
      steps.define(
          journal.recorded(
              AgentType.of("walker", () -> walker(fault))
                  .supervised(
                      Supervision.of(Reaction.RESUME)
                          .withTries(2)
                          .withBackOff(Duration.ofMillis(1)))));
      for (int i = 0; i < 10; i++) {
        steps.start(AgentId.of("w" + i), "walker", Set.of(AgentId.of("w" + (i + 1) % 10)));
      }
      steps.run(20);
    }
    return path;
  }

  static StepAgent walker(int fault) {
    var tries = new AtomicInteger();
    return (step, input, context) -> {
      int sum = context.random().nextInt(100);
      for (Message message : input) {
        sum += message.payload().as(Go.class).number();
      }
      if (step == 5 && tries.getAndIncrement() == 0) {
        throw new IllegalStateException("stumbled");
      }
      int to = (Integer.parseInt(context.self().value().substring(1)) + 9) % 10;
      context.send(AgentId.of("w" + to), Payload.of(new Go(step == fault && to == 3 ? -1 : sum)));
    };
  }
}
