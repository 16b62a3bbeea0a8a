package dev.mama.bench.compare;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mama.bench.LlmCaller;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * Reactor Netty's client as it comes: a bounded pool, one fixed request, the answer as a string
 * that nobody reads.
 */
public final class BareHttp implements LlmCaller {

  private static final byte[] JSON =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"How are you?\"}]}"
          .getBytes(UTF_8);

  private final ConnectionProvider pool;
  private final HttpClient client;
  private final String uri;

  /** A client over at most {@code connections} connections. */
  public BareHttp(URI server, int connections) {
    this.pool =
        ConnectionProvider.builder("bare")
            .maxConnections(connections)
            .pendingAcquireMaxCount(-1)
            .pendingAcquireTimeout(Duration.ofMinutes(5))
            .build();
    this.client =
        HttpClient.create(pool)
            .headers(all ->
                all.set("content-type", "application/json")
                    .set("content-length", Integer.toString(JSON.length)));
    this.uri = server + "/v1/chat/completions";
  }

  @Override
  public boolean call() throws InterruptedException {
    try {
      return client
          .post()
          .uri(uri)
          .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(JSON)))
          .responseSingle(
              (response, body) -> body.asString().map(text -> response.status().code() == 200))
          .toFuture()
          .get();
    } catch (ExecutionException e) {
      return false;
    }
  }

  @Override
  public void close() {
    pool.dispose();
  }
}
