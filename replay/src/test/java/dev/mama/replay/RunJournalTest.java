package dev.mama.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import dev.mama.journal.Grade;
import dev.mama.journal.Journal;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Steps;
import dev.mama.spi.ChatModel;
import dev.mama.testkit.SteppedMachine;
import dev.mama.testkit.TestGroup;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run is kept, is the same for the same seed, runs again from notes, and parts where it does. */
class RunJournalTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("test");
  private static final Duration LONG = Duration.ofMinutes(1);

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

  private static final Agent ECHO =
      (message, context) -> {
        if (message.payload().type().equals("Go")) {
          context.reply(Payload.text("echo " + message.payload().as(Go.class).number()));
        } else if (message.payload().as(Payload.Text.class).text().equals("fail")) {
          throw new IllegalStateException("as asked");
        }
      };

  /** Answers with a count, so that the same question gets another answer each time. */
  private static ChatModel model() {
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

  private static List<AgentType> types(int fault, List<Busy> made) {
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

  private Path record(String name, long order, int fault, List<Busy> made) throws Exception {
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

  private static Optional<RunDifference> diff(Path first, Path second) throws Exception {
    try (Run a = Run.open(first);
        Run b = Run.open(second)) {
      return RunDifference.between(a, b);
    }
  }

  @Test
  void sameSeed_isTheSameRun_recordForRecord() throws Exception {
    Path first = record("first", 1, 0, new ArrayList<>());
    Path second = record("second", 1, 0, new ArrayList<>());
    assertThat(diff(first, second)).isEmpty();
    assertThat(turns(first)).hasSizeGreaterThan(20).hasToString(turns(second).toString());
  }

  private static List<String> turns(Path path) throws Exception {
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

  @Test
  void recording_changesNothing() throws Exception {
    var recorded = new ArrayList<Busy>();
    record("first", 1, 0, recorded);
    var plain = new ArrayList<Busy>();
    try (var group =
        TestGroup.on(SteppedMachine.seeded(1), options -> options.seed(7).chatModel(model()))) {
      types(0, plain).forEach(group::define);
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
    assertThat(plain).hasSameSizeAs(recorded);
    for (int i = 0; i < plain.size(); i++) {
      assertThat(draws(plain.get(i))).isNotEmpty().isEqualTo(draws(recorded.get(i)));
    }
  }

  /** What was drawn; traces are drawn anew by each run. */
  private static List<String> draws(Busy busy) {
    return busy.got.stream().filter(line -> line.matches("\\d+ 1\\.\\d+ .*")).toList();
  }

  @Test
  void again_fromNotesAlone_leavesTheAgentsAsTheyWere() throws Exception {
    var then = new ArrayList<Busy>();
    Path path = record("run", 3, 0, then);
    var now = new ArrayList<Busy>();
    try (Run run = Run.open(path)) {
      Rerun again = run.again(types(0, now));
      assertThat(again.go(Long.MAX_VALUE)).isEmpty();
      assertThat(again.turns()).isGreaterThan(20);
      assertThat(((Busy) again.agent(AgentId.of("busy-1")).orElseThrow()).got)
          .hasSizeGreaterThan(30);
    }
    assertThat(now.stream().map(busy -> busy.got))
        .containsExactlyInAnyOrderElementsOf(then.stream().map(busy -> busy.got).toList());
  }

  @Test
  void again_stopsWhereTheAgentDoesSomethingElse() throws Exception {
    Path path = record("run", 3, 0, new ArrayList<>());
    try (Run run = Run.open(path)) {
      RunDifference parted =
          run.again(types(2, new ArrayList<>())).go(Long.MAX_VALUE).orElseThrow();
      assertThat(parted.who()).startsWith("'busy-");
      assertThat(parted.second())
          .hasToString("sent " + parted.who().replace("'", "") + " Text {\"text\":\"a slip\"}");
      assertThat(parted.first()).asString().startsWith("replied Text {\"text\":\"done 2\"}");
    }
  }

  @Test
  void again_halfWay_isTimeTravel() throws Exception {
    Path path = record("run", 3, 0, new ArrayList<>());
    try (Run run = Run.open(path)) {
      Rerun again = run.again(types(0, new ArrayList<>()));
      var sizes = new ArrayList<Integer>();
      for (int i = 0; i < 20; i++) {
        assertThat(again.go(1)).isEmpty();
        sizes.add(again.agent(AgentId.of("busy-1")).map(a -> ((Busy) a).got.size()).orElse(0));
      }
      assertThat(sizes).isSorted();
      assertThat(Set.copyOf(sizes).size())
          .as("it lives on from turn to turn")
          .isGreaterThanOrEqualTo(3);
    }
  }

  @Test
  void diff_showsTheFirstThingThatDiffers() throws Exception {
    Path first = record("first", 3, 0, new ArrayList<>());
    Path second = record("second", 3, 2, new ArrayList<>());
    RunDifference difference = diff(first, second).orElseThrow();
    assertThat(difference.first()).isNotNull();
    assertThat(difference.second()).isNotNull();
    assertThat(difference.toString()).contains("a slip").contains("done 2");
  }

  @Test
  void diff_oneRunIsLonger_saysSo() throws Exception {
    Path first = folder.resolve("a");
    Path second = folder.resolve("b");
    for (Path path : List.of(first, second)) {
      try (var journal = RunJournal.create(path, EXPERIMENT, 1);
          var group = TestGroup.seeded(1)) {
        group.define(journal.recorded(AgentType.of("echo", () -> ECHO)));
        AgentId echo = group.start("echo", "echo");
        for (int i = 0; i < (path.equals(first) ? 1 : 2); i++) {
          group.client("c" + i).send(echo, Payload.text("x"));
        }
        group.settle();
      }
    }
    assertThat(diff(first, second).orElseThrow().toString())
        .isEqualToIgnoringNewLines("turn 2, of 'echo':\n  (nothing more)\n  turn echo 'echo'");
    assertThat(diff(second, first).orElseThrow().toString()).endsWith("(nothing more)");
  }

  private Path steps(String name, int skew, int fault) throws Exception {
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

  private static StepAgent walker(int fault) {
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

  @Test
  void steps_areKeptInOneOrder_andRunAgain() throws Exception {
    Path barrier = steps("barrier", 1, 0);
    Path ahead = steps("ahead", 16, 0);
    assertThat(turns(ahead)).hasSize(10 * 21).isEqualTo(turns(barrier));
    try (Run run = Run.open(ahead)) {
      Rerun again = run.again(List.of(AgentType.of("walker", () -> walker(0))));
      assertThat(again.go(Long.MAX_VALUE)).isEmpty();
      assertThat(again.turns()).isEqualTo(10 * 21);
    }
    RunDifference difference = diff(ahead, steps("other", 16, 8)).orElseThrow();
    assertThat(difference.who()).isEqualTo("'w4' in step 8");
    assertThat(difference.second()).hasToString("sent w3 Go {\"number\":-1}");
  }

  @Test
  void badInput_isNamed() throws Exception {
    assertThatThrownBy(() -> Run.open(folder.resolve("none")))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("there is no run in " + folder.resolve("none"));
    Path path = record("run", 1, 0, new ArrayList<>());
    assertThatThrownBy(() -> RunJournal.create(path, EXPERIMENT, 1))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("is not empty; give each run a folder of its own");
    try (Run open = Run.open(path)) {
      assertThatThrownBy(() -> Run.open(open.folder()))
          .isInstanceOf(RunException.class)
          .hasMessageContaining("is in use");
    }
    try (Run run = Run.open(path)) {
      assertThatThrownBy(() -> run.again(List.of()).go(1))
          .isInstanceOf(RunException.class)
          .hasMessageContaining("which is not given");
    }
  }

  @Test
  void otherVersion_isNamed() throws Exception {
    Path path = folder.resolve("future");
    journal(path, "{\"version\":99,\"experiment\":\"e\",\"seed\":1}");
    assertThatThrownBy(() -> Run.open(path))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("has format version 99, expected 1");
    Path strange = folder.resolve("strange");
    journal(strange, "whatever");
    assertThatThrownBy(() -> Run.open(strange))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("record 1 is not what a run is made of");
  }

  private static void journal(Path path, String record) throws Exception {
    try (Journal journal = Journal.open(path, RunFormat.OPTIONS)) {
      var unused = journal.append(record.getBytes(StandardCharsets.UTF_8), Grade.JOURNALLED);
    }
  }

  @Test
  void flippedBit_isNamed() throws Exception {
    Path path = record("run", 1, 0, new ArrayList<>());
    Path segment;
    try (Stream<Path> files = Files.list(path)) {
      segment =
          files.filter(file -> file.toString().endsWith(".journal")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(segment);
    bytes[bytes.length / 2] ^= 1;
    Files.write(segment, bytes);
    assertThatThrownBy(() -> turns(path))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("is damaged at byte");
  }

  @Test
  void format_ofVersionOne_isStillRead() throws Exception {
    Path path = folder.resolve("golden");
    try (Journal journal = Journal.open(path, RunFormat.OPTIONS)) {
      for (String record :
          List.of(
              "{\"version\":1,\"experiment\":\"golden\",\"seed\":5}",
              "{\"type\":\"echo\",\"agent\":{\"value\":\"e\"},\"step\":0,\"happenings\":[{\"kind\":\"arrived\",\"argument\":\"\",\"result\":\"c agent-chat Go {\\\"number\\\":4}\",\"aside\":\"{\\\"id\\\":\\\"00000000-0000-0001-0000-000000000002\\\",\\\"trace\\\":\\\"00-0000000000000001000000000000000200-0000000000000003-01\\\",\\\"deadlineNanos\\\":9223372036854775807}\"},{\"kind\":\"replied\",\"argument\":\"Text {\\\"text\\\":\\\"echo 4\\\"}\",\"result\":\"\",\"aside\":\"\"}]}"
                  .replace(
                      "0000000000000001000000000000000200", "00000000000000010000000000000002"))) {
        var unused = journal.append(record.getBytes(StandardCharsets.UTF_8), Grade.JOURNALLED);
      }
    }
    try (Run run = Run.open(path)) {
      assertThat(run.experiment().value()).isEqualTo("golden");
      Rerun again = run.again(List.of(AgentType.of("echo", () -> ECHO)));
      assertThat(again.go(10)).isEmpty();
      assertThat(again.turns()).isEqualTo(1);
    }
  }
}
