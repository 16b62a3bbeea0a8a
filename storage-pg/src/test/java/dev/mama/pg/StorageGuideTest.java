package dev.mama.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Channel;
import dev.mama.Event;
import dev.mama.Event.MessageSent;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.SurveyAnswers;
import dev.mama.SurveyForm;
import dev.mama.SurveyForm.Question;
import dev.mama.SurveyReport;
import dev.mama.runtime.AgentGroup;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples of {@code docs/guide/4-storage.md}. */
final class StorageGuideTest {

  @Test
  void storage(@TempDir Path folder) throws Exception {
    var experiment = ExperimentId.of("exp-42");
    List<Event> shown = new ArrayList<>();
    try (var server = TestDatabase.start()) {
      var database =
          server.database().withSpool(Spool.in(folder.resolve("spool")).withLimit(4L << 30));
      try (var log =
              new ArchivingEventLog(
                  PgEventLog.open(database), AvroArchive.open(folder.resolve("archive")));
          var group = AgentGroup.builder(experiment).eventLog(log).build()) {
        group.define(
            AgentType.of(
                "scout",
                () ->
                    (message, context) -> {
                      if (message.channel() == Channel.USER_SURVEY) {
                        context.reply(Payload.of(new SurveyAnswers(Map.of("like", "yes"))));
                      }
                    }));
        group.start(AgentId.of("scout-1"), "scout");
        var agents = List.of(AgentId.of("scout-1"));
        var form =
            new SurveyForm(
                "mood",
                "How is it?",
                List.of(
                    Question.choice("like", "Do you like it?", "yes", "no"),
                    Question.open("why", "Why?")));
        SurveyReport report = group.survey("pollster", form, agents, Duration.ofMinutes(1));
        Files.write(folder.resolve("mood.json"), report.json());
        assertThat(report.questions().getLast().without()).containsExactly("scout-1");
      }
      assertThat(Files.readString(folder.resolve("mood.json"), StandardCharsets.UTF_8))
          .contains("\"answered\":1");
      try (var log = PgEventLog.open(database);
          var archive = AvroArchive.open(folder.resolve("archive"))) {
        var query =
            EventQuery.all(experiment)
                .kinds(Set.of(MessageSent.class))
                .agents(Set.of(AgentId.of("scout-1")));
        Replay.of(log, query).atSpeed(10_000).run(shown::add);
        assertThat(shown).isNotEmpty();
        assertThat(Difference.between(log, experiment, archive, experiment)).isEmpty();
        assertThat(log.countRows(experiment)).containsEntry("surveys", 1L);
      }
      assertThat(PgExperiments.of(database).all()).hasSize(1);
    }
  }
}
