package app;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.runtime.AgentGroup;
import java.time.Duration;

public final class App {

  record Question(String text) {}

  private App() {}

  static String run() throws InterruptedException {
    try (var group = AgentGroup.builder(ExperimentId.of("first")).build()) {
      group.define(AgentType.of("echo", () -> (message, context) ->
          context.reply(Payload.text("You said: " + message.payload().as(Question.class).text()))));
      group.start(AgentId.of("echo-1"), "echo");

      var client = group.client("me");
      var reply = client.ask(AgentId.of("echo-1"), Payload.of(new Question("hello")), Duration.ofSeconds(10));
      return reply.as(Payload.Text.class).text();
    }
  }

  public static void main(String[] args) throws InterruptedException {
    System.out.println(run());
  }
}
