package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.ChatRequest;
import dev.mama.Payload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The sample of docs/guide/6-testing.md is the part between the marks, to the letter. */
class TestingGuideTest {

  // sample
  record Question(String text) {}

  @Test
  void clerk_answersThroughTheModel_andComesBackAnHourLater() throws Exception {
    Agent clerk =
        (message, context) -> {
          if (message.payload().type().equals("Question")) {
            String asked = message.payload().as(Question.class).text();
            context.schedule(Duration.ofHours(1), Payload.text("all well with " + asked));
            context.reply(Payload.text(context.chat(ChatRequest.of(asked)).text()));
          }
        };
    try (var group = TestGroup.seeded(42, request -> "turn it off and on")) {
      AgentId to = group.start("clerk", clerk);
      group.client("desk").ask(to, Payload.of(new Question("printer?")), Duration.ofMinutes(1));
      group.advance(Duration.ofHours(1));
      assertThat(group).agent("clerk").sent("desk", new Payload.Text("turn it off and on"));
      assertThat(group).agent("clerk").received(2).and().hasNoErrors();
    }
  }

  // end

  @Test
  void sample_isWhatTheGuideShows() throws Exception {
    String here = Files.readString(Path.of("src/test/java/dev/mama/testkit/TestingGuideTest.java"));
    String sample = here.split("  // sample\n", -1)[1].split("\n\n  // end", -1)[0].stripIndent();
    assertThat(sample.lines().filter(line -> !line.isBlank()).count()).isLessThan(20);
    assertThat(Path.of("../docs/guide/6-testing.md")).content().contains(sample.strip());
  }
}
