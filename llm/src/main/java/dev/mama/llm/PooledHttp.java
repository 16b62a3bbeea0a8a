package dev.mama.llm;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.ByteBufFlux;
import reactor.netty.NettyOutbound;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientRequest;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/**
 * One bounded pool of kept connections, HTTP/1.1 or HTTP/2, with event loops of its own.
 *
 * <p>Nothing here waits. A connection is touched by its event loop alone: a caller hands its
 * request over and holds an {@link Exchange}. Cancelling closes the connection, because what is
 * still to come on it belongs to nobody; over HTTP/2 it ends the stream alone.
 *
 * <p>Reactor Netty sends a request a second time only when a pooled connection turned out to be
 * dead before a byte of the request was written; otherwise nothing is retried.
 *
 * <p>Thread-safe.
 */
final class PooledHttp implements AutoCloseable {

  /** The least time between two looks for connections that were idle for too long. */
  private static final Duration EVICT = Duration.ofSeconds(1);

  /** How long a server may take to close a connection that we have closed. */
  private static final Duration LINGER = Duration.ofSeconds(1);

  private final LoopResources loops;
  private final ConnectionProvider pool;
  private final Scheduler onLoop;
  private final HttpClient client;
  private final int maxReplyBytes;
  private final ConnectionSlots slots;

  /**
   * An answer of whatever status, with the moments its request left and it was complete.
   *
   * @param headers by lower-case name; only those of an answer that is not 200
   */
  record Answer(
      int status, Map<String, String> headers, String body, long sentNanos, long doneNanos) {}

  /** A request on its way. */
  static final class Exchange {
    private final CompletableFuture<@Nullable Answer> answer;

    private Exchange(CompletableFuture<@Nullable Answer> answer) {
      this.answer = answer;
    }

    /**
     * Waits for the whole answer.
     *
     * @throws CancellationException if the exchange was cancelled
     * @throws ExecutionException if it broke; the cause says how
     */
    Answer await(Duration limit) throws InterruptedException, TimeoutException, ExecutionException {
      return requireNonNull(answer.get(limit.toNanos(), NANOSECONDS));
    }

    /** Gives up and closes the connection; without effect on an exchange that has ended. */
    void cancel() {
      try {
        answer.cancel(true);
      } catch (RejectedExecutionException e) {
        // The pool was closed meanwhile: the event loop is gone, and the connection with it.
      }
    }
  }

  /** An answer longer than the limit. */
  static final class TooLongException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooLongException(int maxReplyBytes) {
      super("the answer is longer than maxReplyBytes (%d)".formatted(maxReplyBytes));
    }
  }

  PooledHttp(LlmEndpoint endpoint) {
    this(endpoint, LINGER);
  }

  /**
   * @param linger how long a server may take to close a connection that we have closed
   */
  PooledHttp(LlmEndpoint endpoint, Duration linger) {
    this.slots = new ConnectionSlots(endpoint.poolSize(), linger);
    int threads = Math.min(endpoint.poolSize(), Runtime.getRuntime().availableProcessors());
    this.loops = LoopResources.create("mama-llm", threads, true);
    Duration idle = endpoint.http().idleLimit();
    this.pool =
        ConnectionProvider.builder("mama-llm")
            .maxConnections(endpoint.poolSize())
            // Admission stands before the pool, so only calls whose predecessor's connection is
            // still closing, or is still being opened for a caller that left, wait in it.
            .pendingAcquireMaxCount(2 * endpoint.poolSize())
            .pendingAcquireTimeout(endpoint.connectTimeout())
            .maxIdleTime(idle)
            .evictInBackground(idle.compareTo(EVICT) < 0 ? EVICT : idle)
            .lifo()
            .build();
    this.onLoop = Schedulers.fromExecutor(loops.onClient(false));
    this.client =
        Tls.apply(
            HttpClient.create(pool)
                .runOn(loops, false)
                .option(
                    ChannelOption.CONNECT_TIMEOUT_MILLIS,
                    (int) endpoint.connectTimeout().toMillis())
                .headers(all -> all.set("user-agent", "mama").set("accept", "application/json"))
                .doOnChannelInit((observer, channel, remote) -> slots.guard(channel))
                .doOnRequest((request, on) -> ConnectionSlots.amidExchange(on.channel(), true))
                .doAfterResponseSuccess(
                    (response, on) -> ConnectionSlots.amidExchange(on.channel(), false)),
            endpoint);
    this.maxReplyBytes = endpoint.maxReplyBytes();
  }

  /** Connections that are open, idle ones included. */
  int open() {
    return slots.taken();
  }

  /** Posts JSON and reads the whole answer. */
  Exchange post(URI uri, Map<String, String> headers, byte[] json) {
    var call = new Call(headers, json);
    return exchange(client.post().uri(uri).send(call::send).response(call::read).single());
  }

  /** Posts JSON and reads the answer part by part. */
  HttpStream stream(URI uri, Map<String, String> headers, byte[] json) {
    var call = new Call(headers, json);
    var stream = new HttpStream(onLoop);
    client
        .post()
        .uri(uri)
        .send(call::send)
        .response((response, body) -> {
          stream.begin(call.head(response));
          return body.asByteArray();
        })
        .subscribeOn(onLoop)
        .subscribe(stream);
    return stream;
  }

  /** Gets {@code uri} and throws the body away. */
  Exchange get(URI uri) {
    long sent = System.nanoTime();
    return exchange(
        client
            .get()
            .uri(uri)
            .response((response, body) ->
                body.then(
                    Mono.fromSupplier(() ->
                        new Answer(
                            response.status().code(), Map.of(), "", sent, System.nanoTime()))))
            .single());
  }

  private Exchange exchange(Mono<Answer> answer) {
    return new Exchange(answer.subscribeOn(onLoop).toFuture());
  }

  /** Starts to close; connections end soon after, and calls in flight with them. */
  @Override
  public void close() {
    pool.dispose();
    loops.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).subscribe();
  }

  /** One exchange; confined to its connection's event loop. */
  private final class Call {
    private final Map<String, String> headers;
    private final byte[] json;
    private long sentNanos;

    Call(Map<String, String> headers, byte[] json) {
      this.headers = headers;
      this.json = json;
    }

    Publisher<Void> send(HttpClientRequest request, NettyOutbound out) {
      sentNanos = System.nanoTime();
      headers.forEach(request::header);
      request.header("content-type", "application/json");
      request.header("content-length", Integer.toString(json.length));
      return out.send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(json)));
    }

    Flux<Answer> read(HttpClientResponse response, ByteBufFlux body) {
      var head = head(response);
      return body.asByteArray()
          .collect(ByteArrayOutputStream::new, this::append)
          .map(all ->
              new Answer(
                  head.status(),
                  head.headers(),
                  all.toString(StandardCharsets.UTF_8),
                  sentNanos,
                  System.nanoTime()))
          .flux();
    }

    HttpStream.Head head(HttpClientResponse response) {
      int status = response.status().code();
      var headers = new HashMap<String, String>();
      if (status != 200) {
        response
            .responseHeaders()
            .forEach(
                header -> headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
      }
      return new HttpStream.Head(status, headers, sentNanos);
    }

    private void append(ByteArrayOutputStream all, byte[] part) {
      if (part.length > maxReplyBytes - all.size()) {
        throw new TooLongException(maxReplyBytes);
      }
      all.writeBytes(part);
    }
  }
}
