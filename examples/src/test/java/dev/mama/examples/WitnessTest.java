package dev.mama.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentCard;
import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Event;
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.Need;
import dev.mama.Payload;
import dev.mama.Rating;
import dev.mama.Time;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.InMemoryEventLog;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.spi.Auditor;
import dev.mama.testkit.HashingEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the runtime sees for itself when a chosen agent is asked. */
@Timeout(60)
class WitnessTest {

  private static final AgentId HELPER = AgentId.of("tap-1");
  private static final AgentId OTHER = AgentId.of("other");
  private static final AgentId REQUESTER = AgentId.of("requester");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final ExperimentId EXPERIMENT = ExperimentId.of("test");

  private final List<Auditor.Interaction> audited = new CopyOnWriteArrayList<>();
  private final InMemoryEventLog log = new InMemoryEventLog();

  @Test
  void ask_chosenAgentAnswers_isWitnessedAndTheAuditorHearsTheAnswer() throws Exception {
    List<Evidence> evidence = ask("a washer");
    assertThat(evidence).hasSize(2);
    assertThat(evidence.get(0))
        .isInstanceOfSatisfying(
            Evidence.Witnessed.class,
            seen -> {
              assertThat(seen.subject()).isEqualTo(HELPER);
              assertThat(seen.answered()).isTrue();
            });
    assertThat(evidence.get(1)).isInstanceOf(Evidence.Opinion.class);
    assertThat(audited)
        .singleElement()
        .satisfies(it ->
            assertThat(it.reply().orElseThrow().as(Payload.Text.class).text())
                .isEqualTo("a washer"));
  }

  @Test
  void ask_chosenAgentFails_isWitnessedAsNotAnswered() throws Exception {
    List<Evidence> evidence = ask("");
    assertThat(evidence.get(0))
        .isInstanceOfSatisfying(
            Evidence.Witnessed.class, seen -> assertThat(seen.answered()).isFalse());
    assertThat(audited).singleElement().satisfies(it -> assertThat(it.reply()).isEmpty());
  }

  /** Asks for help once, and an agent that nobody chose as well; the helper fails on no answer. */
  private List<Evidence> ask(String answer) throws Exception {
    try (var encoder = new HashingEncoder()) {
      var assistance =
          Assistance.of(
              encoder,
              new ExactAgentIndex(encoder.dimension()),
              InMemoryRegistry.create(),
              InMemoryTrustLedger.create(),
              WeightedScorePolicy.create(),
              interaction -> {
                audited.add(interaction);
                return Optional.empty();
              },
              Time.system());
      assistance.enrol(List.of(new AgentCard(HELPER, "plumbing", "repairs dripping taps")));
      try (var group =
          AgentGroup.builder(EXPERIMENT).eventLog(log).assistance(assistance).build()) {
        group.define(
            AgentType.of(
                "helper",
                () ->
                    (message, context) -> {
                      if (answer.isEmpty()) {
                        throw new IllegalStateException("out of washers");
                      }
                      context.reply(Payload.text(answer));
                    }));
        group.define(
            AgentType.of(
                "requester",
                () ->
                    (message, context) -> {
                      context.ask(OTHER, Payload.text("hello"), PATIENCE);
                      var referral = context.findHelp(new Need("my tap is dripping"));
                      boolean answered = true;
                      try {
                        context.ask(
                            referral.chosen().orElseThrow(), Payload.text("help"), PATIENCE);
                      } catch (AgentFailedException e) {
                        answered = false;
                      }
                      context.rate(referral, new Rating(answered ? 1 : 0, answered, Duration.ZERO));
                      context.reply(Payload.text("done"));
                    }));
        group.define(
            AgentType.of(
                "other", () -> (message, context) -> context.reply(Payload.text("hello"))));
        group.start(HELPER, "helper");
        group.start(OTHER, "other");
        group.start(REQUESTER, "requester");
        group.client("client").ask(REQUESTER, Payload.text("go"), PATIENCE);
      }
    }
    var evidence = new ArrayList<Evidence>();
    log.read(
        EXPERIMENT,
        event -> {
          if (event instanceof Event.EvidenceGiven given) {
            evidence.add(given.evidence());
          }
        });
    return evidence;
  }
}
