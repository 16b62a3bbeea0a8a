package dev.mama.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.SurveyAnswers;
import dev.mama.SurveyForm;
import dev.mama.SurveyForm.Question;
import dev.mama.SurveyReport;
import dev.mama.embedded.EmbeddedBroker.Published;
import dev.mama.runtime.AgentGroup;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A form goes to agents of another process, and their answers come back. */
@ExtendWith(SharedBroker.class)
class MqttSurveyTest {

  private static final SurveyForm FORM =
      new SurveyForm(
          "mood", "How is it?", List.of(Question.choice("like", "Do you like it?", "yes", "no")));

  private final ExperimentId experiment = Envelopes.newExperiment();

  @Test
  void survey_agentsOfAnotherProcess_areAskedOnceEachAtQos2() throws Exception {
    Queue<Published> forms = new ConcurrentLinkedQueue<>();
    String prefix = "exps/" + experiment + "/";
    SharedBroker.broker()
        .observe(message -> {
          if (message.topic().startsWith(prefix) && message.topic().endsWith("/user-survey")) {
            forms.add(message);
          }
        });
    try (var near = MqttTransport.connect(SharedBroker.address());
        var far = MqttTransport.connect(SharedBroker.address());
        var here = AgentGroup.builder(experiment).transport(near).build();
        var there = AgentGroup.builder(experiment).transport(far).build()) {
      there.define(
          AgentType.of(
              "citizen",
              () ->
                  (message, context) -> {
                    String answer = context.self().value().equals("ann") ? "yes" : "no";
                    context.reply(Payload.of(new SurveyAnswers(Map.of("like", answer))));
                  }));
      there.define(AgentType.of("mute", () -> (message, context) -> {}));
      there.startAll(List.of(AgentId.of("ann"), AgentId.of("ben")), "citizen");
      there.start(AgentId.of("cat"), "mute");

      SurveyReport report =
          here.survey(
              "pollster",
              FORM,
              List.of(AgentId.of("ann"), AgentId.of("ben"), AgentId.of("cat")),
              Duration.ofSeconds(30));

      assertThat(report.questions().getFirst().answers())
          .isEqualTo(Map.of("ann", "yes", "ben", "no"));
      assertThat(report.missing().stream().map(SurveyReport.Missing::agent)).containsExactly("cat");
    }
    assertThat(forms).extracting(Published::qos).hasSize(3).containsOnly(2);
    assertThat(forms).extracting(Published::topic).doesNotHaveDuplicates();
  }
}
