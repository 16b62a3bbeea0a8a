package dev.mama.llm.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mama.ChatFormat;
import dev.mama.ChatMessage;
import dev.mama.ChatMessage.Role;
import dev.mama.ChatRequest;
import dev.mama.testkit.ScriptedChatModel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StructuredOutputTest {

  enum Mood {
    GOOD,
    NOT_SO_GOOD
  }

  record Step(String name, int minutes) {
    Step {
      if (minutes < 0) {
        throw new IllegalArgumentException("minutes " + minutes + " must be at least 0");
      }
    }
  }

  @Meaning("what to do")
  record Plan(
      @Meaning("in their order") List<Step> steps,
      Optional<Mood> mood,
      boolean ready,
      double cost) {}

  sealed interface Move {
    record Buy(String what, long amount) implements Move {}

    record Wait() implements Move {}
  }

  record Moves(List<Move> moves, Map<String, Integer> counts) {}

  record Node(List<Node> children) {}

  record Unknown(Thread thread) {}

  private static final String WHOLE =
      """
      {"steps": [{"name": "wash", "minutes": 5}], "mood": "GOOD", "ready": true, "cost": 2.0}\
      """;
  private static final Plan PLAN =
      new Plan(List.of(new Step("wash", 5)), Optional.of(Mood.GOOD), true, 2.0);

  private final StructuredOutput<Plan> plans = StructuredOutput.of(Plan.class);

  @Test
  void schema_saysAllThatIsRequired() {
    assertThat(plans.schema())
        .isEqualTo(
            """
            {"type":"object","description":"what to do","properties":{\
            "steps":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},\
            "minutes":{"type":"integer"}},"required":["name","minutes"],"additionalProperties":false},\
            "description":"in their order"},\
            "mood":{"anyOf":[{"type":"string","enum":["GOOD","NOT_SO_GOOD"]},{"type":"null"}]},\
            "ready":{"type":"boolean"},"cost":{"type":"number"}},\
            "required":["steps","mood","ready","cost"],"additionalProperties":false}\
            """);
    assertThat(((ChatFormat.JsonSchema) plans.format()).strict()).isTrue();
  }

  @Test
  void schema_ofASealedInterface_namesEachRecord() {
    var moves = StructuredOutput.of(Move.class);
    assertThat(moves.schema())
        .contains("\"enum\":[\"Buy\"]", "\"enum\":[\"Wait\"]", "\"required\":[\"value\"]");
    assertThat(moves.read("{\"value\":{\"type\":\"Buy\",\"what\":\"tea\",\"amount\":3}}"))
        .isEqualTo(new Move.Buy("tea", 3));
    assertThat(moves.read("{\"type\":\"wait\"}")).isEqualTo(new Move.Wait());
  }

  @Test
  void read_listsOfSealedRecordsAndMaps() {
    var moves = StructuredOutput.of(Moves.class);
    assertThat(((ChatFormat.JsonSchema) moves.format()).strict()).isFalse();
    assertThat(
            moves.read(
                "{\"moves\":[{\"type\":\"Wait\"},{\"type\":\"Buy\",\"what\":\"a\",\"amount\":\"2\"}],\"counts\":{\"x\":1}}"))
        .isEqualTo(new Moves(List.of(new Move.Wait(), new Move.Buy("a", 2)), Map.of("x", 1)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s",
        "```json\n%s\n```",
        "Here you are: ```\n%s``` Anything else?",
        "<think>Perhaps {\"steps\": [], \"and\": \"a much longer object than the answer itself, which is no answer\", \"x\": {}}</think>\n%s",
        "I should say {\"steps\": 1, \"so that\": \"this is by far the longer one of the two objects in here, or is it\"} </think> %s",
        "{not this} [nor {this: 1}] but %s {\"or\": 2}",
        "{{{ %s",
        "\"{\" %s \"}\"",
        "[%s]"
      })
  void read_whateverStandsAround_isTheLongestObject(String around) {
    assertThat(plans.read(around.formatted(WHOLE))).isEqualTo(PLAN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{steps: [{name: 'wash', minutes: \"5\",},], mood: 'good', ready: 'yes', cost: '2.0',}",
        "{\"steps\": {\"name\": \"wash\", \"minutes\": 5.0}, \"mood\": \"Good\", \"ready\": \"TRUE\", \"cost\": 2.0}",
        "{/* all */ \"steps\": [{\"name\": \"wash\", \"minutes\": 05, \"extra\": 1}], \"mood\": \" good\", \"ready\": true, \"cost\": +2.0}"
      })
  void read_sloppyJson_isUnderstood(String sloppy) {
    assertThat(plans.read(sloppy)).isEqualTo(PLAN);
  }

  @Test
  void read_optionalAndEnum_areLenient() {
    assertThat(plans.read("{\"steps\":[],\"mood\":null,\"ready\":false,\"cost\":0}").mood())
        .isEmpty();
    assertThat(plans.read("{\"steps\":[],\"ready\":false,\"cost\":0}").mood()).isEmpty();
    assertThat(
            plans.read("{\"steps\":[],\"mood\":\"not so-good\",\"ready\":false,\"cost\":0}").mood())
        .contains(Mood.NOT_SO_GOOD);
  }

  @Test
  void read_misfit_saysWhereAndKeepsTheRawText() {
    assertProblem("no object", "no JSON object");
    assertProblem("{\"steps\": [", "no JSON object");
    assertProblem("{}", "$.steps is missing");
    assertProblem(WHOLE.replace("true", "7"), "$.ready is 7 and should be true or false");
    assertProblem(WHOLE.replace("5}", "5.5}"), "$.steps[0].minutes is 5.5");
    assertProblem(WHOLE.replace("5}", "3000000000}"), "whole number in");
    assertProblem(WHOLE.replace("GOOD", "FINE"), "one of [GOOD, NOT_SO_GOOD]");
    assertProblem(WHOLE.replace("\"wash\"", "null"), "$.steps[0].name is null");
    assertProblem(WHOLE.replace("5}", "-5}"), "minutes -5 must be at least 0");
    assertProblem("x".repeat(2_000_000), "longer than 1048576");
    assertProblem("[".repeat(100_000) + "{".repeat(100_000), "no JSON object");
  }

  @Test
  void of_typeWithoutJson_isRefusedWithThePlace() {
    assertThatThrownBy(() -> StructuredOutput.of(Unknown.class))
        .hasMessageContaining("Unknown.thread is a java.lang.Thread");
    assertThatThrownBy(() -> StructuredOutput.of(Node.class))
        .hasMessageContaining("Node.children[]: Node contains itself");
    assertThatThrownBy(() -> StructuredOutput.of(String.class))
        .hasMessageContaining("neither a record nor");
  }

  @Test
  void ask_firstAnswerDoesNotFit_isAskedOnceMoreWithTheError() throws Exception {
    Queue<String> answers = new ArrayDeque<>(List.of("{\"steps\":[]}", WHOLE));
    var asked = new ArrayList<ChatRequest>();
    try (var model =
        new ScriptedChatModel(request -> {
          asked.add(request);
          return answers.remove();
        })) {
      var request = ChatRequest.of("Plan.").system("Be kind.").idempotencyKey("k");
      assertThat(plans.ask(request, model::chat)).isEqualTo(PLAN);
    }
    assertThat(asked).hasSize(2).allMatch(request -> request.format().equals(plans.format()));
    assertThat(asked.get(0).messages().getFirst().content())
        .startsWith("Be kind.")
        .endsWith(plans.schema());
    assertThat(asked.get(0).messages().stream().map(ChatMessage::role))
        .containsExactly(Role.SYSTEM, Role.USER);
    assertThat(asked.get(1).messages().getLast().content()).contains("$.ready is missing");
    assertThat(asked.get(1).messages().get(2).content()).isEqualTo("{\"steps\":[]}");
    assertThat(asked.get(1).idempotencyKey()).isNotEqualTo(asked.get(0).idempotencyKey());
  }

  @Test
  void ask_secondAnswerDoesNotFitEither_failsWithBoth() {
    try (var model = new ScriptedChatModel(request -> "never " + request.messages().size())) {
      var e =
          catchThrowableOfType(
              StructuredOutputException.class,
              () -> plans.ask(ChatRequest.of("Plan."), model::chat));
      assertThat(e.raw()).isEqualTo("never 4");
      assertThat(e).hasMessageContaining("is no Plan").hasMessageContaining("begins 'never 4'");
      assertThat(e.getSuppressed()).hasSize(1);
      assertThat(model.calls()).isEqualTo(2);
    }
  }

  private void assertProblem(String answer, String problem) {
    var e = catchThrowableOfType(StructuredOutputException.class, () -> plans.read(answer));
    assertThat(e.problem()).contains(problem);
    assertThat(e.raw()).isEqualTo(answer);
    assertThat(e.getMessage()).hasSizeLessThan(700).doesNotContain("\n");
  }
}
