package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatReply.Source;
import dev.mama.ChatRequest;
import dev.mama.Pressure;
import dev.mama.testkit.ManualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Steps down and the pressure over them, in virtual time. */
class LadderTest {

  private final ManualTime time = new ManualTime();
  private final ScriptedLane big = new ScriptedLane("big");
  private final ScriptedLane small = new ScriptedLane("small");

  @Test
  void chat_clientClosesAtTheCheaperModel_isToldInsteadOfTheFirstFailure() {
    big.fails(Reason.FAILED, 1);
    small.fails(Reason.CLOSED, 1);
    try (var client = builder().cheaperModel(endpoint("small"), LlmTerms.FREE).build()) {
      assertThat(failure(client, "?").reason()).isEqualTo(Reason.CLOSED);
    }
  }

  @Test
  void chat_answerFromBefore_isNoYoungerForBeingFoundInTheCache() throws Exception {
    try (var client =
        builder()
            .cache(1 << 20, Duration.ofHours(5))
            .staleAnswers(1 << 20, Duration.ofHours(1))
            .build()) {
      client.chat(ChatRequest.of("?"));
      time.advance(Duration.ofMinutes(50));
      assertThat(client.chat(ChatRequest.of("?")).source()).isEqualTo(Source.CACHE);
      time.advance(Duration.ofMinutes(20));
      big.fails(Reason.FAILED, 1);
      assertThat(failure(client, "breaks it").reason()).isEqualTo(Reason.FAILED);
      assertThat(client.pressure()).isEqualTo(Pressure.RECORD_ONLY);
      assertThat(failure(client, "?").reason()).isEqualTo(Reason.SKIPPED);
    }
  }

  @Test
  void pressure_oneOfTwoWaysRests_isNotTheModels() throws Exception {
    big.fails(Reason.FAILED, 1);
    try (var client = builder().alsoAt(endpoint("small")).build()) {
      assertThat(client.chat(ChatRequest.of("?")).model()).isEqualTo("small");
      assertThat(client.pressure()).isEqualTo(Pressure.NORMAL);
    }
  }

  private static ChatException failure(LlmClient client, String text) {
    return catchThrowableOfType(ChatException.class, () -> client.chat(ChatRequest.of(text)));
  }

  /** One failure is all that the breaker bears. */
  private LlmClientBuilder builder() {
    return LlmClient.builder(endpoint("big"))
        .attempts(1)
        .breaker(new BreakerOptions(1, 1, 1, Duration.ofMinutes(1), Duration.ofDays(1)))
        .opener(to -> to.model().equals("big") ? big : small)
        .time(time)
        .sleeper(time::advance);
  }

  private static LlmEndpoint endpoint(String model) {
    return LlmEndpoint.of("http://localhost:1", model);
  }
}
