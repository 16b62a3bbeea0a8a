package dev.mama.negotiation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Payload;
import dev.mama.negotiation.Docket.Saved;
import dev.mama.negotiation.Performative.InformResult;
import dev.mama.negotiation.Performative.Propose;
import dev.mama.negotiation.Performative.Refuse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SmallPartsTest {

  private static final AgentId ANNA = AgentId.of("anna");
  private static final AgentCard CARD =
      new AgentCard(ANNA, "plumbing", "Repairs dripping taps, and leaking pipes. Speaks French.");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dripping taps and leaking | ''",
        "REPAIRS  dripping-taps | ''",
        "plumbing | ''",
        "repairs dripping taps and boilers | does not stand",
        "taps | least",
        "ripping taps | does not stand",
        "'' | least"
      })
  void citation_standsOnTheCardWordForWord(String cited, String problem) {
    assertThat(Citation.problem(new Offer("I do", cited, 1, 1), CARD)).contains(problem);
    if (problem.isEmpty()) {
      assertThat(Citation.problem(new Offer("I do", cited, 1, 1), CARD)).isEmpty();
    }
  }

  @Test
  void ranking_weighsPriceQualityAndTrust() {
    List<Seat> seats =
        List.of(seat("cheap", 10, 0.2), seat("good", 90, 1.0), seat("trusted", 90, 0.2));
    assertThat(best(seats, new Rules.Weights(1, 0, 0))).isEqualTo("cheap");
    assertThat(best(seats, new Rules.Weights(0, 1, 0))).isEqualTo("good");
    assertThat(best(seats, new Rules.Weights(0, 0, 1))).isEqualTo("trusted");
    var all = Ranking.of(seats, Rules.Weights.DEFAULT, agent -> 0.5);
    assertThat(all)
        .allSatisfy(ranked -> assertThat(ranked.utility()).isBetween(0.0, 1.0))
        .extracting(ranked -> -ranked.utility())
        .isSorted();
  }

  private static Seat seat(String name, double price, double quality) {
    return Seat.called(AgentId.of(name), 0.5).offered(new Offer("I do", "x", price, quality), 1, 2);
  }

  private static String best(List<Seat> seats, Rules.Weights weights) {
    return Ranking.of(seats, weights, agent -> agent.value().equals("trusted") ? 0.9 : 0.5)
        .getFirst()
        .agent()
        .value();
  }

  @Test
  void docket_comesBackFromItsJson() {
    var docket =
        new Docket(
            new Docket.Head(
                "c", Demand.of(ANNA, "a tap").budget(7).members(2), 1, ANNA, 1_000, 60_000));
    docket.put(seat("b", 3, 0.5));
    docket.put(Seat.called(AgentId.of("d"), 0.1).stand(Seat.Stand.SILENT, "gone"));
    docket.inquiries.add(new Docket.Inquiry(0, ANNA, "how?", null));
    docket.plan = new Plan("all", List.of(new Plan.Share(ANNA, "it")), Plan.MODEL);
    docket.phase = Phase.NO_AGREEMENT;
    docket.ending = new Docket.Ending(Outcome.Reason.DECLINED, "no", null);
    docket.subAgents = List.of(ANNA);
    Saved saved = docket.saved();
    byte[] json = Payload.of(new Desk.Drawer(saved)).json();
    Saved read = Payload.encoded("Drawer", json).as(Desk.Drawer.class).docket();
    assertThat(read).isEqualTo(saved);
    assertThat(Docket.of(saved).saved()).isEqualTo(saved);
    assertThat(Docket.of(saved).outcome())
        .contains(new Outcome.NoAgreement(Outcome.Reason.DECLINED, "no"));
  }

  @Test
  void events_comeBackFromTheirJson() {
    var kinds = new Kinds<>(NegotiationEvent.class);
    var event =
        new NegotiationEvent.StateChanged(
            "c",
            java.time.Instant.parse("2026-01-01T00:00:00Z"),
            Phase.INVITED,
            Trigger.ANSWERED,
            Phase.COLLECTING,
            Duration.ofMillis(1_500),
            "0af7651916cd43dd8448eb211c80319c");
    assertThat(kinds.read(Payload.encoded("StateChanged", Payload.of(event).json())))
        .contains(event);
    assertThat(kinds.read(Payload.text("something else"))).isEmpty();
  }

  @Test
  void prompts_fillTheirPlacesOnce(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("formulate.md"), "For {{profile}}: {{demand}}");
    Prompts prompts = Prompts.in(folder);
    assertThat(prompts.formulate(Map.of("demand", "{{profile}} $1 \\", "profile", "me")))
        .isEqualTo("For me: {{profile}} $1 \\");
    assertThat(prompts.answer(Map.of("agent", "anna"))).contains("You are agent anna");
  }

  @Test
  void prompts_unknownPlaceOrFolder_isRefusedByName(@TempDir Path folder) throws Exception {
    assertThatThrownBy(() -> Prompts.in(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("formulate.md");
    Files.writeString(folder.resolve("plan.md"), "{{ofers}}");
    assertThatThrownBy(() -> Prompts.in(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("plan.md")
        .hasMessageContaining("'ofers'")
        .hasMessageContaining("offers");
  }

  @Test
  void prompts_ofTheModule_haveOnlyKnownPlaces() {
    for (String filled :
        List.of(
            Prompts.builtIn().formulate(Map.of()),
            Prompts.builtIn().plan(Map.of()),
            Prompts.builtIn().offer(Map.of()),
            Prompts.builtIn().answer(Map.of()))) {
      assertThat(filled).isNotBlank().doesNotContain("{{");
    }
  }

  @ParameterizedTest
  @EnumSource(A2aTaskState.class)
  void a2a_readsBothSpellings(A2aTaskState state) {
    assertThat(A2aTaskState.read(state.json())).contains(state);
    assertThat(A2aTaskState.read(state.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-')))
        .contains(state);
    assertThat(state.terminal() && state.interrupted()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Phase.class)
  void a2a_phaseIsOver_whereTheTaskIsTerminal(Phase phase) {
    assertThat(A2aTaskState.of(phase).terminal()).isEqualTo(phase.over());
  }

  @Test
  void a2a_participantsTask_speaksForIt() {
    assertThat(A2aTaskState.read("unheard-of")).isEmpty();
    assertThat(Arrays.stream(A2aTaskState.values()).map(A2aTaskState::number))
        .as("as in a2a.proto")
        .containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(A2aTaskState.WORKING.says("c", 1, true, "")).isEmpty();
    assertThat(A2aTaskState.COMPLETED.says("c", 1, true, "done"))
        .contains(new InformResult("c", 1, "done"));
    assertThat(A2aTaskState.REJECTED.says("c", 1, false, "no")).contains(new Refuse("c", 1, "no"));
    assertThat(A2aTaskState.FAILED.says("c", 1, true, "no"))
        .contains(new Performative.Failure("c", 1, "no"));
    assertThat(A2aTaskState.after(new Propose("c", 1, new Offer("s", "c", 1, 1), 1)))
        .isEqualTo(A2aTaskState.WORKING);
    assertThat(A2aTaskState.after(new InformResult("c", 1, "r")).terminal()).isTrue();
    assertThat(Optional.of(A2aTaskState.CANCELED)).isEqualTo(A2aTaskState.read("canceled"));
  }

  @Test
  void values_outOfRange_areRefusedWithTheirLimit() {
    assertThatThrownBy(() -> Demand.of(ANNA, " ")).hasMessageContaining("10000");
    assertThatThrownBy(() -> Demand.of(ANNA, "x").members(0)).hasMessageContaining("1 to 1000");
    assertThatThrownBy(() -> Demand.of(ANNA, "x").budget(-1)).hasMessageContaining("-1.0");
    assertThatThrownBy(() -> new Offer("x", "y", -1, 0)).hasMessageContaining("-1.0");
    assertThatThrownBy(() -> new Offer("x", "y", 1, 2)).hasMessageContaining("[0, 1]");
    assertThatThrownBy(() -> Rules.synthesis().rounds(11)).hasMessageContaining("1 to 10");
    assertThatThrownBy(() -> new Rules.Weights(0, 0, 0)).hasMessageContaining("not all 0");
    assertThatThrownBy(() -> Rules.Limits.DEFAULT.total(Duration.ZERO))
        .hasMessageContaining("'total'");
  }
}
