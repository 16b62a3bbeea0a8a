package dev.mama.bench.compare;

import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.mama.bench.LlmCaller;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * LangChain4j's client of OpenAI's protocol over the JDK's HTTP client. It has no bound on its
 * connections, so a semaphore stands before it, as a user would put it there.
 */
public final class LangChain4jChat implements LlmCaller {

  private final OpenAiChatModel model;
  private final Semaphore places;

  /** A client that asks for at most {@code connections} answers at once. */
  public LangChain4jChat(URI server, int connections) {
    this.places = new Semaphore(connections);
    this.model =
        OpenAiChatModel.builder()
            .baseUrl(server + "/v1")
            .apiKey("none")
            .modelName("m")
            .timeout(Duration.ofMinutes(1))
            .build();
  }

  @Override
  public boolean call() throws InterruptedException {
    places.acquire();
    try {
      return !model.chat("How are you?").isEmpty();
    } catch (RuntimeException e) {
      // Its own exceptions, and bare ones around those of java.net where no server is.
      return false;
    } finally {
      places.release();
    }
  }

  @Override
  public void close() {
    // The JDK's client ends with its last reference.
  }
}
