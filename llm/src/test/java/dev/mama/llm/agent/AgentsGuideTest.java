package dev.mama.llm.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ChatRequest;
import dev.mama.ChatStream;
import dev.mama.ChatTool;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.llm.GuidePage;
import dev.mama.llm.LlmClient;
import dev.mama.llm.LlmEndpoint;
import dev.mama.runtime.AgentGroup;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** The samples of docs/guide/7-agents-with-models.md, compiled as they stand there, and run. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class AgentsGuideTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  record Day(String city, int inDays) {}

  record Weather(String sky) {}

  record Plan(List<String> steps) {}

  enum Mood {
    GOOD
  }

  record Step(String name, int minutes) {}

  record Trip(@Meaning("in their order") List<Step> steps, Optional<Mood> mood) {}

  static final StructuredOutput<Trip> TRIPS = StructuredOutput.of(Trip.class);

  private static final Trip TRIP = new Trip(List.of(new Step("walk", 30)), Optional.empty());

  private final CountDownLatch warned = new CountDownLatch(1);

  @Test
  void samples_areThoseOfTheGuide() throws Exception {
    GuidePage.assertCompiled("7-agents-with-models.md", AgentsGuideTest.class);
  }

  @Test
  void guide_looksAtTheWeather_andPlans() throws Exception {
    try (var server = ScriptedChatServer.start(AgentsGuideTest::plan);
        var models = client(server);
        var group = AgentGroup.builder(ExperimentId.of("exp")).chatModel(models).build()) {
      group.define(
          AgentType.of(
              "guide",
              () ->
                  LlmAgent.builder("You plan a day in a city.")
                      .tool(
                          "weather",
                          "The weather of a day",
                          Day.class,
                          (day, context) -> new Weather(skyOf(day)))
                      .request(request -> request.temperature(0.2))
                      .answer(Plan.class)
                      .build()));
      group.start(AgentId.of("guide"), "guide");
      Payload plan = group.client("c").ask(AgentId.of("guide"), Payload.text("Rome"), LONG);
      assertThat(plan.as(Plan.class)).isEqualTo(new Plan(List.of("rain")));
    }
  }

  /** Plans at once, or while the answer arrives. */
  private static final class Planner implements Agent {
    @Override
    public void onMessage(Message message, AgentContext context) throws InterruptedException {
      if (message.payload().as(Payload.Text.class).text().equals("at once")) {
        Trip trip = TRIPS.ask(ChatRequest.of("Plan a trip to Rome."), context::chat);
        context.reply(Payload.of(trip));
        return;
      }
      var request = ChatRequest.of("Plan a trip.");
      try (ChatStream stream = context.stream(request)) {
        String city = StreamPrefix.field(stream, "city").orElseThrow(); // or sentence(stream)
        context.send(guideOf(city), Payload.text("get ready")); // while the rest arrives
        context.reply(Payload.of(TRIPS.read(stream.reply())));
      }
    }
  }

  @Test
  void planner_plansAtOnceAndWhileTheAnswerArrives() throws Exception {
    String answer = "{\"city\":\"Rome\",\"steps\":[{\"name\":\"walk\",\"minutes\":30}]}";
    try (var server = ScriptedChatServer.start(call -> Answer.text(answer));
        var models = client(server);
        var group = AgentGroup.builder(ExperimentId.of("exp")).chatModel(models).build()) {
      group.define(AgentType.of("planner", Planner::new));
      group.define(AgentType.of("guide", () -> (message, context) -> warned.countDown()));
      group.start(AgentId.of("planner"), "planner");
      group.start(guideOf("Rome"), "guide");
      var client = group.client("c");
      for (String how : List.of("at once", "as it arrives")) {
        Payload trip = client.ask(AgentId.of("planner"), Payload.text(how), LONG);
        assertThat(trip.as(Trip.class)).isEqualTo(TRIP);
      }
      warned.await();
    }
  }

  private static Answer plan(Call call) {
    String last = call.text();
    return last.contains("rain")
        ? Answer.text("{\"steps\":[\"rain\"]}")
        : new Answer.Tools(
            List.of(new ChatTool.Call("c1", "weather", "{\"city\":\"Rome\",\"inDays\":0}")));
  }

  private static String skyOf(Day day) {
    return day.inDays() == 0 ? "rain" : "sun";
  }

  private static AgentId guideOf(String city) {
    return AgentId.of("guide-" + city);
  }

  private static LlmClient client(ScriptedChatServer server) {
    return LlmClient.builder(LlmEndpoint.of(server.uri().toString(), "m")).build();
  }
}
