package dev.mama.runtime;

import static dev.mama.runtime.Words.EXPERIMENT;
import static dev.mama.runtime.Words.LONG;
import static dev.mama.runtime.Words.id;
import static dev.mama.runtime.Words.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Event.SurveyAnswered;
import dev.mama.GroupClosedException;
import dev.mama.Payload;
import dev.mama.SurveyAnswers;
import dev.mama.SurveyForm;
import dev.mama.SurveyForm.Question;
import dev.mama.SurveyReport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A form that goes to agents, and what comes back. */
class AgentGroupSurveyTest {

  private static final SurveyForm FORM =
      new SurveyForm(
          "mood",
          "How is it?",
          List.of(
              Question.choice("like", "Do you like it?", "yes", "no"),
              Question.open("why", "Why?")));

  /** In memory, and as bytes over a wire. */
  @ParameterizedTest
  @EnumSource(Routing.class)
  void survey_agentsOfEveryKind_reportsWhoAnsweredWhatAndWhoDidNot(Routing routing)
      throws Exception {
    var log = new InMemoryEventLog();
    try (var transport = InMemoryTransport.open();
        var group =
            AgentGroup.builder(EXPERIMENT)
                .transport(transport)
                .routing(routing)
                .eventLog(log)
                .build()) {
      List<AgentId> agents = new ArrayList<>();
      agents.add(start(group, "happy", answering(Map.of("like", "yes", "why", "It is warm."))));
      agents.add(start(group, "short", answering(Map.of("like", "yes"))));
      agents.add(start(group, "wrong", answering(Map.of("like", "perhaps"))));
      agents.add(start(group, "odd", answering(Map.of("where", "here"))));
      agents.add(start(group, "mute", (message, context) -> {}));
      agents.add(
          start(
              group,
              "broken",
              (message, context) -> {
                throw new IllegalStateException("no mood");
              }));
      agents.add(start(group, "vague", (message, context) -> context.reply(Payload.text("yes"))));
      SurveyReport report = group.survey("pollster", FORM, agents, LONG);
      assertThat(report.asked()).isEqualTo(7);
      assertThat(report.answered()).isEqualTo(2);
      SurveyReport.OfQuestion like = report.questions().getFirst();
      assertThat(like.answers()).isEqualTo(Map.of("happy", "yes", "short", "yes"));
      assertThat(like.counts()).isEqualTo(Map.of("yes", 2));
      assertThat(report.questions().getLast().without()).containsExactly("short");
      assertThat(report.missing().stream().map(SurveyReport.Missing::agent))
          .containsExactly("broken", "mute", "odd", "vague", "wrong");
      assertThat(report.missing().getFirst().reason()).contains("no mood");
      assertThat(report.missing().get(2).reason()).contains("'where', which nobody asked");
      assertThat(report.missing().get(4).reason())
          .contains("'perhaps', which is none of [yes, no]");
      assertThat(new String(report.json(), StandardCharsets.UTF_8))
          .contains("\"form\":\"mood\"", "\"counts\":{\"yes\":2}", "\"without\":[\"short\"]");
      List<SurveyAnswered> rows = new ArrayList<>();
      log.read(
          EXPERIMENT,
          event -> {
            if (event instanceof SurveyAnswered answered) {
              rows.add(answered);
            }
          });
      assertThat(rows.stream().map(row -> row.agent().value()))
          .containsExactlyInAnyOrder("happy", "short");
      assertThat(rows.getFirst().form()).isEqualTo("mood");
      assertThat(group.survey("pollster", FORM, List.of(id("happy")), LONG).answered())
          .as("the same pollster again")
          .isEqualTo(1);
    }
  }

  @Test
  void survey_agentTakesTooLong_endsAtItsLimit() throws Exception {
    var over = new CountDownLatch(1);
    try (var group = AgentGroup.builder(EXPERIMENT).build()) {
      AgentId slow = start(group, "slow", (message, context) -> Words.await(over));
      Duration limit = Duration.ofMillis(100);
      SurveyReport report =
          group.survey("pollster", FORM, List.of(slow, id("nobody"), slow), limit);
      over.countDown();
      assertThat(report.asked()).as("once each").isEqualTo(2);
      assertThat(report.missing().stream().map(SurveyReport.Missing::agent))
          .containsExactly("nobody", "slow");
      assertThat(report.missing().getLast().reason()).isEqualTo("no answer within PT0.1S");
    }
  }

  @Test
  void survey_closedGroupOrTakenName_isRefused() throws Exception {
    var group = AgentGroup.builder(EXPERIMENT).build();
    AgentId agent = start(group, "agent", answering(Map.of()));
    assertThatThrownBy(() -> group.survey("agent", FORM, List.of(agent), LONG))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("id 'agent' is taken");
    group.close();
    assertThatThrownBy(() -> group.survey("pollster", FORM, List.of(agent), LONG))
        .isInstanceOf(GroupClosedException.class);
  }

  @Test
  void newForm_withoutQuestionsOrWithTwoOfOneId_isRefused() {
    assertThatThrownBy(() -> new SurveyForm("f", "", List.of()))
        .hasMessageContaining("no question");
    assertThatThrownBy(() ->
            new SurveyForm("f", "", List.of(Question.open("a", "?"), Question.open("a", "!"))))
        .hasMessageContaining("two questions 'a'");
    assertThatThrownBy(() -> Question.open("a b", "?")).hasMessageContaining("must have an id");
  }

  private static Agent answering(Map<String, String> answers) {
    return (message, context) -> {
      assertThat(message.channel()).isEqualTo(Channel.USER_SURVEY);
      assertThat(message.payload().as(SurveyForm.class)).isEqualTo(FORM);
      context.reply(Payload.of(new SurveyAnswers(answers)));
    };
  }
}
