package dev.mama.llm;

import dev.mama.spi.ChatModel;
import dev.mama.testkit.ChatModelContract;
import java.net.URI;
import java.time.Duration;

/** The whole pipeline keeps the contract of a bare call. */
class LlmClientContractTest extends ChatModelContract {

  @Override
  protected ChatModel newModel(URI server) {
    return LlmClient.builder(LlmEndpoint.of(server.toString(), "any"))
        .backoff(Duration.ofMillis(1), Duration.ofMillis(5))
        // The contract fails more often in a row than a breaker bears.
        .breaker(new BreakerOptions(1_000, 1, 1, Duration.ofMinutes(1), Duration.ofSeconds(1)))
        .build();
  }
}
