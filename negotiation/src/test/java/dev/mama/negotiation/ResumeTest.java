package dev.mama.negotiation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentCard;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.Time;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.negotiation.Performative.CallForProposals;
import dev.mama.negotiation.Rules.Limits;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.Durability;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.testkit.HashingEncoder;
import dev.mama.testkit.ScriptedChatModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process is killed in the middle of a negotiation, and the next one ends it as if nothing had
 * been: no model asked twice, no loser forgotten.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ResumeTest {

  private static final int KILLED = 137;
  private static final int OUT_OF_MEMORY = 3;

  private static final List<AgentId> AGENTS =
      List.of(AgentId.of("a"), AgentId.of("b"), AgentId.of("c"));

  @TempDir Path folder;

  /** What both processes run; it dies where it is told to, once. */
  private static final class Run implements AutoCloseable {
    private final Path folder;
    private final String death;
    private final AgentGroup group;
    private final Negotiator negotiator;
    private final List<byte[]> held = new ArrayList<>();

    Run(Path folder, String death) throws InterruptedException {
      this.folder = folder;
      this.death = death;
      var encoder = new HashingEncoder();
      var assistance =
          Assistance.of(
              encoder,
              new ExactAgentIndex(encoder.dimension()),
              InMemoryRegistry.create(),
              InMemoryTrustLedger.create(),
              WeightedScorePolicy.create(),
              Time.system());
      var cards = new ArrayList<AgentCard>();
      AGENTS.forEach(agent -> cards.add(new AgentCard(agent, "plumbing", Table.CARD)));
      assistance.enrol(cards);
      group =
          AgentGroup.builder(ExperimentId.of("killed"))
              .assistance(assistance)
              .chatModel(
                  new ScriptedChatModel(request -> {
                    String prompt = request.messages().getLast().content();
                    boolean words = prompt.contains("Put a demand into words");
                    note("model " + (words ? "formulate" : "plan"));
                    return words
                        ? "{\"demand\": \"Repair a tap.\"}"
                        : """
                        {"moves": [{"type": "OutputPlan", "summary": "b does it",
                         "parts": [{"agent": "b", "task": "all of it"}]}]}
                        """;
                  }))
              .durable(Durability.in(folder.resolve("agents")))
              .build();
      negotiator =
          Negotiator.builder(group, assistance)
              .rules(
                  Rules.synthesis()
                      .quorum(3)
                      .limits(Limits.DEFAULT.performance(Duration.ofMinutes(1))))
              .durable()
              .open();
      group.define(Participant.durableType("participant", id -> new Dying(id, this)));
    }

    synchronized void note(String what) {
      try {
        Files.writeString(
            folder.resolve("notes"),
            what + "\n",
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      negotiator.close();
      group.close();
    }
  }

  private record Dying(AgentId id, Run run) implements Bidder {
    private void at(String place) {
      run.note(id + " " + place);
      if (place.equals(run.death)) {
        Runtime.getRuntime().halt(KILLED); // as kill -9: nothing is flushed, closed or said
      } else if (place.equals("bids") && run.death.equals("runs out of memory")) {
        while (true) {
          run.held.add(new byte[1 << 20]);
        }
      }
    }

    @Override
    public Bid bid(CallForProposals call, AgentContext context) {
      if (id.value().equals("b")) {
        at("bids");
      }
      return Bid.of(new Offer("I do", "dripping taps", 1, 0.5));
    }

    @Override
    public boolean takes(String plan, String share, AgentContext context) {
      at("takes");
      return true;
    }

    @Override
    public String perform(String share, AgentContext context) {
      at("performs");
      return "done";
    }

    @Override
    public void released(String conversation, String reason, AgentContext context) {
      at("is released");
    }
  }

  /** The process that is killed. Arguments: folder, where to die. */
  public static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      try (var run = new Run(Path.of(arguments[0]), arguments[1])) {
        run.group.resume();
        run.group.startAll(AGENTS, "participant");
        run.negotiator
            .open(Demand.of(AgentId.of("me"), "who repairs a dripping tap?").invited(AGENTS))
            .await();
      }
      System.exit(1); // it was to die before
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bids", "takes", "performs", "is released", "runs out of memory"})
  void killed_anywhere_endsInTheNextProcess_asIfNothingHadBeen(String death) throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                folder.toString(),
                death)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("child.log").toFile())
            .start();
    assertThat(child.waitFor())
        .as(() -> read(folder.resolve("child.log")))
        .isEqualTo(death.equals("runs out of memory") ? OUT_OF_MEMORY : KILLED);
    try (var run = new Run(folder, "never")) {
      assertThat(run.group.resume().agents()).isEqualTo(5);
      List<Negotiation> left = run.negotiator.resume();
      assertThat(left).hasSize(1);
      Outcome outcome = left.getFirst().await();
      assertThat(outcome).isInstanceOf(Outcome.Awarded.class);
    }
    var notes = Files.readAllLines(folder.resolve("notes"));
    var once = notes.stream().collect(Collectors.groupingBy(line -> line, Collectors.counting()));
    assertThat(once)
        .as("each answer of a model is there once")
        .containsEntry("model formulate", 1L)
        .containsEntry("model plan", 1L);
    // What the killed turn had begun was not over, so it runs again; everything else is done once.
    assertThat(once.keySet())
        .containsExactlyInAnyOrder(
            "model formulate",
            "model plan",
            "b bids",
            "b takes",
            "b performs",
            "a is released",
            "c is released");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
