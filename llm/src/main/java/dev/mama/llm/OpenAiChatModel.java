package dev.mama.llm;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.Deadline;
import dev.mama.Time;
import dev.mama.llm.PooledHttp.Answer;
import dev.mama.llm.PooledHttp.Exchange;
import dev.mama.llm.PooledHttp.TooLongException;
import dev.mama.spi.ChatModel;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * A model behind a server that speaks OpenAI's chat completions ({@code POST
 * /v1/chat/completions}): OpenAI itself, vLLM, llama.cpp, Ollama and many more.
 *
 * <p><b>Waiting.</b> At most {@link LlmEndpoint#poolSize} calls are on the wire, each on a
 * connection of its own; at most {@link LlmEndpoint#maxWaiting} more wait, first come, first
 * served, and one beyond that is refused at once. A call waits until its request's deadline and is
 * on the wire for at most {@link LlmEndpoint#requestTimeout}. The calling thread never touches a
 * connection; a call that is interrupted or late is given up and its connection closed, without
 * harm to others.
 *
 * <p><b>Errors</b> are {@link ChatException}s. Transient are: no connection, a connection that
 * breaks, a timeout, too many waiting, and the statuses 408, 409, 429 and 5xx. Not transient are
 * all other statuses, an answer that is too long, and one that is not a chat completion: whoever
 * sends that does not speak the protocol, and asking again will not teach it. This is the bare
 * call: nothing is paced or tried again here; {@link LlmClient} does that.
 *
 * <p>The request's trace is sent as {@code traceparent}, as a step of its own, by <a
 * href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a>.
 *
 * <p>Thread-safe.
 */
public final class OpenAiChatModel implements ChatModel {

  private static final int ERROR_CHARS = 200;

  private final LlmEndpoint endpoint;
  private final Time time;
  private final PooledHttp http;
  private final Semaphore places;
  private final Semaphore connections;
  private final Set<Exchange> inFlight = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private OpenAiChatModel(LlmEndpoint endpoint, Time time) {
    this.endpoint = endpoint;
    this.time = time;
    this.http = new PooledHttp(endpoint);
    this.places = new Semaphore(endpoint.poolSize() + endpoint.maxWaiting());
    this.connections = new Semaphore(endpoint.poolSize(), true);
  }

  /**
   * A model at {@code endpoint}. Connections are opened by the first calls; {@link #probe} tells
   * whether a server is there.
   */
  public static OpenAiChatModel connect(LlmEndpoint endpoint) {
    return connect(endpoint, Time.system());
  }

  /** A model at {@code endpoint}, for requests whose deadlines are on {@code time}. */
  public static OpenAiChatModel connect(LlmEndpoint endpoint, Time time) {
    return new OpenAiChatModel(endpoint, time);
  }

  /**
   * Returns if an HTTP server answers at the endpoint, whatever it answers; for a check at the
   * start of a program. The key is not sent. Waits at most {@link LlmEndpoint#connectTimeout}.
   *
   * @throws ChatException if none answers; its message is one line that names the URL
   */
  public void probe() throws InterruptedException {
    exchange(
        () -> http.get(endpoint.resolve("/v1/models")),
        Deadline.after(endpoint.connectTimeout(), time));
  }

  @Override
  public String name() {
    return endpoint.model();
  }

  @Override
  public ChatReply chat(ChatRequest request) throws InterruptedException {
    long asked = System.nanoTime();
    byte[] json = ChatJson.request(endpoint.model(), request);
    Map<String, String> headers = headers(request);
    Answer answer =
        exchange(
            () -> http.post(endpoint.resolve("/v1/chat/completions"), headers, json),
            request.deadline());
    if (answer.status() != 200) {
      throw refused(answer);
    }
    var completion = completion(answer);
    return new ChatReply(
        completion.text(),
        completion.model(),
        completion.promptTokens(),
        completion.completionTokens(),
        Duration.ofNanos(answer.sentNanos() - asked),
        Duration.ofNanos(answer.doneNanos() - answer.sentNanos()));
  }

  /** Calls in flight and calls that wait fail at once; connections end soon after. */
  @Override
  public void close() {
    closed = true;
    // Each call that ends lets the next one in the queue see that the model is closed.
    inFlight.forEach(Exchange::cancel);
    http.close();
  }

  /** Says everything but secrets. */
  @Override
  public String toString() {
    return "OpenAiChatModel[" + endpoint + "]";
  }

  private Map<String, String> headers(ChatRequest request) {
    var all = new TreeMap<>(endpoint.headers());
    endpoint.bearer().ifPresent(value -> all.put("authorization", value));
    all.put("traceparent", request.trace().child().traceparent());
    request.idempotencyKey().ifPresent(key -> all.put("idempotency-key", key));
    return all;
  }

  private Answer exchange(Supplier<Exchange> send, Deadline deadline) throws InterruptedException {
    if (!places.tryAcquire()) {
      throw failure(
          "is busy: %d calls wait already; raise maxWaiting or ask less"
              .formatted(endpoint.maxWaiting()),
          Reason.BUSY);
    }
    try {
      Duration left = deadline.remaining(time);
      if (left.isZero() || !connections.tryAcquire(left.toNanos(), NANOSECONDS)) {
        throw failure("was not asked: the deadline passed before its turn", Reason.DEADLINE);
      }
      try {
        return await(send, deadline);
      } finally {
        connections.release();
      }
    } finally {
      places.release();
    }
  }

  private Answer await(Supplier<Exchange> send, Deadline deadline) throws InterruptedException {
    if (closed) {
      throw closedFailure();
    }
    Duration left = deadline.remaining(time);
    boolean cut = left.compareTo(endpoint.requestTimeout()) < 0;
    Duration limit = cut ? left : endpoint.requestTimeout();
    Exchange exchange = send.get();
    inFlight.add(exchange);
    try {
      if (closed) {
        throw closedFailure();
      }
      return exchange.await(limit);
    } catch (TimeoutException e) {
      throw failure(
          "did not answer within %s, the %s"
              .formatted(limit, cut ? "rest of the request's deadline" : "requestTimeout"),
          cut ? Reason.DEADLINE : Reason.TIMEOUT,
          1,
          null,
          null);
    } catch (CancellationException e) {
      throw closedFailure();
    } catch (ExecutionException e) {
      throw broken(e.getCause() == null ? e : e.getCause());
    } finally {
      inFlight.remove(exchange);
      exchange.cancel();
    }
  }

  private ChatException broken(Throwable cause) {
    if (closed) {
      return closedFailure();
    }
    if (cause instanceof TooLongException) {
      return failure("was given up: " + cause.getMessage(), Reason.MALFORMED, 1, null, null);
    }
    if (cause instanceof RejectedExecutionException || cause instanceof TimeoutException) {
      // The pool's own two limits; admission sees to it that they are rarely met.
      return failure(
          "is busy: its connections are still being opened or closed", Reason.BUSY, 0, null, cause);
    }
    boolean handshake =
        cause instanceof SSLHandshakeException && !(cause instanceof SslHandshakeTimeoutException);
    return failure(
        "cannot be reached: %s; start the server or correct the URL".formatted(cause.getMessage()),
        cause instanceof IOException && !handshake ? Reason.UNREACHABLE : Reason.DENIED,
        1,
        null,
        cause);
  }

  private ChatException refused(Answer answer) {
    int status = answer.status();
    String hint =
        switch (status) {
          case 401, 403 -> "; check the API key";
          case 404 -> "; check the URL and the model's name";
          case 429 -> "; ask less often or later";
          default -> "";
        };
    return failure(
        "answered HTTP %d: %s%s".formatted(status, excerpt(answer.body()), hint),
        reason(status),
        1,
        RetryHint.of(status, answer.headers(), time.now()).orElse(null),
        null);
  }

  private static Reason reason(int status) {
    return switch (status) {
      case 401, 403, 404 -> Reason.DENIED;
      case 408, 409 -> Reason.FAILED;
      case 429, 503 -> Reason.OVERLOADED;
      default -> status >= 500 ? Reason.FAILED : Reason.REFUSED;
    };
  }

  private ChatJson.Completion completion(Answer answer) {
    try {
      return ChatJson.completion(answer.body(), endpoint.model());
    } catch (IllegalArgumentException e) {
      throw failure(
          "gave an answer that is no chat completion: %s: %s; check the URL"
              .formatted(e.getMessage(), excerpt(answer.body())),
          Reason.MALFORMED,
          1,
          null,
          null);
    }
  }

  /** The beginning of a body on one line, without secrets that the server repeats. */
  private String excerpt(String body) {
    String text = body.replaceAll("[\\p{Cntrl}\\s]+", " ");
    String safe = endpoint.redact(text).strip();
    return safe.length() <= ERROR_CHARS ? safe : safe.substring(0, ERROR_CHARS) + "…";
  }

  private ChatException closedFailure() {
    return failure("is closed", Reason.CLOSED);
  }

  private ChatException failure(String what, Reason reason) {
    return failure(what, reason, 0, null, null);
  }

  private ChatException failure(
      String what,
      Reason reason,
      int attempts,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    return new ChatException(
        "chat model '%s' at %s %s".formatted(endpoint.model(), endpoint.baseUrl(), what),
        reason,
        attempts,
        retryAfter,
        cause);
  }
}
