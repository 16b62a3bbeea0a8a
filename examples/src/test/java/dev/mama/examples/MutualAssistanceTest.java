package dev.mama.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Event.DecisionMade;
import dev.mama.Event.EvidenceGiven;
import dev.mama.Event.ModelCalled;
import dev.mama.ExperimentId;
import dev.mama.Need;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.Time;
import dev.mama.examples.Needs.LabelledNeed;
import dev.mama.llm.LlmEndpoint;
import dev.mama.llm.OpenAiChatModel;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.InMemoryEventLog;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.testkit.HashingEncoder;
import dev.mama.testkit.ScriptedChatServer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The whole path without broker and database: a need, its helper, the model's answer, the rating.
 */
class MutualAssistanceTest {

  private static final AgentCard SKILLED =
      new AgentCard(AgentId.of("tap-1"), "plumbing", "repairs dripping taps and leaking pipes");
  private static final AgentCard UNSKILLED =
      new AgentCard(AgentId.of("tap-2"), "plumbing", "repairs dripping taps and leaking pipes");
  private static final LabelledNeed NEED =
      new LabelledNeed(new Need("who repairs leaking taps and pipes?"), Optional.of("plumbing"));

  @Test
  void needs_servedManyTimes_unskilledAgentsScoreFallsAndItIsAskedLess() throws Exception {
    var cards = List.of(SKILLED, UNSKILLED);
    var skills =
        Map.of(
            SKILLED.agent(), new Expertise(1, Duration.ZERO),
            UNSKILLED.agent(), new Expertise(0, Duration.ZERO));
    int[] asked = new int[2];
    try (var server =
            ScriptedChatServer.start(new ScriptedExpert(cards, List.of(NEED), skills, 42));
        var model =
            OpenAiChatModel.connect(
                LlmEndpoint.of(server.uri().toString(), ScriptedChatServer.MODEL));
        var encoder = new HashingEncoder()) {
      var assistance =
          Assistance.of(
              encoder,
              new ExactAgentIndex(encoder.dimension()),
              InMemoryRegistry.create(),
              InMemoryTrustLedger.create(),
              WeightedScorePolicy.create(),
              Time.system());
      assistance.enrol(cards);
      var experiment = ExperimentId.of("test");
      var log = new InMemoryEventLog();
      try (var group =
          AgentGroup.builder(experiment)
              .eventLog(log)
              .chatModel(model)
              .assistance(assistance)
              .build()) {
        group.define(
            AgentType.perId(
                "helper", id -> new Helper(id.equals(SKILLED.agent()) ? SKILLED : UNSKILLED)));
        group.define(AgentType.of("requester", Requester::new));
        group.startAll(List.of(SKILLED.agent(), UNSKILLED.agent()), "helper");
        group.start(AgentId.of("requester"), "requester");
        Sender client = group.client("client");
        for (int i = 0; i < 40; i++) {
          var served =
              client
                  .ask(
                      AgentId.of("requester"),
                      Payload.of(new Requester.Wanted(NEED.need().text(), "plumbing")),
                      Duration.ofSeconds(30))
                  .as(Requester.Served.class);
          assertThat(served.answered()).as(served.problem()).isTrue();
          asked[served.helper().equals("tap-1") ? 0 : 1]++;
        }
      }
      assertThat(assistance.standing(UNSKILLED.agent()).trust()).isLessThan(0.5);
      assertThat(assistance.standing(SKILLED.agent()).trust()).isGreaterThan(0.8);
      assertThat(asked[0]).as("the skilled one is asked more").isGreaterThan(asked[1]);
      assertThat(server.requests()).isEqualTo(40);
      Map<Class<?>, Integer> recorded = new HashMap<>();
      log.read(experiment, event -> recorded.merge(event.getClass(), 1, Integer::sum));
      assertThat(recorded)
          .as("what led to whom, what came of it, and what it cost")
          .containsEntry(DecisionMade.class, 40)
          .containsEntry(EvidenceGiven.class, 80) // 40 witnessed by the runtime, 40 rated
          .containsEntry(ModelCalled.class, 40);
    }
  }

  @Test
  void quality_comparesTheFieldTheAnswerNames() {
    assertThat(Requester.quality("Field: plumbing\nTurn it off.", "plumbing")).isEqualTo(1);
    assertThat(Requester.quality("field: **Plumbing**.\nTurn it off.", "plumbing")).isEqualTo(1);
    assertThat(Requester.quality("Field: baking\nTurn it off.", "plumbing")).isEqualTo(0);
    assertThat(Requester.quality("I am not sure.", "plumbing")).isEqualTo(0);
    assertThat(Requester.quality("Field: baking", "")).as("nobody knows").isEqualTo(0.5);
  }
}
