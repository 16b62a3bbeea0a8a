package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LlmEndpointTest {

  private static final String CANARY = "sk-canary-0123456789";

  private final LlmEndpoint endpoint = LlmEndpoint.of("http://localhost:8000", "m");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost:8000/p",
        "http://localhost:8000/p/",
        "http://localhost:8000/p/v1",
        "http://localhost:8000/p/v1/",
        " http://localhost:8000/p//v1// "
      })
  void baseUrl_withOrWithoutSlashOrV1_meansTheSame(String url) {
    assertThat(LlmEndpoint.of(url, "m").resolve("/v1/models"))
        .hasToString("http://localhost:8000/p/v1/models");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "localhost", "localhost:8000", "ftp://a", "http://", "http:// a", "/v1"})
  void baseUrl_noHttpUrl_isRefusedWithTheNextStep(String url) {
    assertThatThrownBy(() -> LlmEndpoint.of(url, "m"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + url.strip())
        .hasMessageContaining("http://localhost:8000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://u:" + CANARY + "@a/", "http://a/?key=" + CANARY, "http://a#" + CANARY})
  void baseUrl_mayHoldASecret_isRefusedWithoutShowingIt(String url) {
    assertThatThrownBy(() -> LlmEndpoint.of(url, "m"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining(CANARY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", CANARY + "\n", CANARY + "\r\nx: y", CANARY + " ", "schlüssel"})
  void apiKey_noHeaderValue_isRefusedWithoutShowingIt(String key) {
    assertThatThrownBy(() -> endpoint.withApiKey(key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("canary");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Host", "content-length", "Transfer-Encoding", "Traceparent", "a b", "", "x\r\ny"})
  void header_ownedByTheClientOrMalformed_isRefused(String name) {
    assertThatThrownBy(() -> endpoint.withHeader(name, "value"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void options_outOfRange_areRefusedWithTheirValue() {
    refused("poolSize 0", () -> endpoint.withPoolSize(0));
    refused("maxWaiting -1", () -> endpoint.withMaxWaiting(-1));
    refused("maxReplyBytes 0", () -> endpoint.withMaxReplyBytes(0));
    refused("requestTimeout PT0S", () -> endpoint.withRequestTimeout(Duration.ZERO));
    refused("connectTimeout PT48H", () -> endpoint.withConnectTimeout(Duration.ofDays(2)));
    refused("blank", () -> LlmEndpoint.of("http://a", " "));
  }

  @Test
  void options_chained_changeOnlyThemselves() {
    LlmEndpoint all =
        endpoint
            .withPoolSize(3)
            .withMaxWaiting(4)
            .withMaxReplyBytes(5)
            .withRequestTimeout(Duration.ofSeconds(6))
            .withConnectTimeout(Duration.ofSeconds(7))
            .withHeader("X-One", "1")
            .withHeader("x-two", "2")
            .withApiKey(CANARY)
            .withHttp(HttpOptions.DEFAULT.withIdleLimit(Duration.ofSeconds(8)));
    assertThat(all)
        .hasToString(
            "LlmEndpoint[http://localhost:8000, model=m, key=set, poolSize=3, maxWaiting=4,"
                + " requestTimeout=PT6S, connectTimeout=PT7S, maxReplyBytes=5,"
                + " headers=[x-one, x-two], http="
                + HttpOptions.DEFAULT.withIdleLimit(Duration.ofSeconds(8))
                + "]");
    assertThat(all.headers()).containsEntry("x-one", "1").containsEntry("x-two", "2");
  }

  @Test
  void toString_secrets_areLeftOut() {
    assertThat(endpoint.withApiKey(CANARY).withHeader("x-secret", CANARY).toString())
        .doesNotContain(CANARY);
  }

  private static void refused(String text, Runnable option) {
    assertThatThrownBy(option::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text);
  }
}
