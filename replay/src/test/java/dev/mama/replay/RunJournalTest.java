package dev.mama.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Payload;
import dev.mama.testkit.SteppedMachine;
import dev.mama.testkit.TestGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A run is kept, is the same for the same seed, runs again from notes, and parts where it does. */
class RunJournalTest extends RunRig {

  @Test
  void sameSeed_isTheSameRun_recordForRecord() throws Exception {
    Path first = record("first", 1, 0, new ArrayList<>());
    Path second = record("second", 1, 0, new ArrayList<>());
    assertThat(diff(first, second)).isEmpty();
    assertThat(turns(first)).hasSizeGreaterThan(20).hasToString(turns(second).toString());
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
}
