package dev.mama.llm;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatStream;
import dev.mama.Deadline;
import dev.mama.Time;
import dev.mama.llm.PooledHttp.Answer;
import dev.mama.llm.PooledHttp.Exchange;
import dev.mama.spi.ChatModel;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

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
 * <p><b>Streams</b> may last longer: there {@code requestTimeout} is the longest silence, before
 * the first token and between two. Reading stops while nobody takes what has come.
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

  private final LlmEndpoint endpoint;
  private final Time time;
  private final Failures failures;
  private final PooledHttp http;
  private final Semaphore places;
  private final URI completions;
  private final Semaphore connections;
  private final Set<Runnable> inFlight = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private OpenAiChatModel(LlmEndpoint endpoint, Time time) {
    this.endpoint = endpoint;
    this.time = time;
    this.failures = new Failures(endpoint, time);
    this.http = new PooledHttp(endpoint);
    this.completions = at("/v1/chat/completions");
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
    exchange(() -> http.get(at("/v1/models")), Deadline.after(endpoint.connectTimeout(), time));
  }

  /** Opens a connection, as {@link #probe} does; the first call finds it there. */
  @Override
  public void warmUp() throws InterruptedException {
    probe();
  }

  @Override
  public String name() {
    return endpoint.model();
  }

  @Override
  public ChatReply chat(ChatRequest request) throws InterruptedException {
    long asked = System.nanoTime();
    byte[] json = ChatJson.request(endpoint.model(), request);
    Answer answer = post(completions, json, request);
    ChatJson.Completion completion;
    try {
      completion = ChatJson.completion(answer.body(), endpoint.model());
    } catch (IllegalArgumentException e) {
      throw failures.malformed(e, answer.body());
    }
    Duration onWire = Duration.ofNanos(answer.doneNanos() - answer.sentNanos());
    return new ChatReply(
        completion.text(),
        completion.toolCalls(),
        completion.finish(),
        completion.model(),
        completion.promptTokens(),
        completion.completionTokens(),
        Duration.ofNanos(answer.sentNanos() - asked),
        onWire,
        onWire,
        ChatReply.Source.MODEL,
        1,
        List.of());
  }

  @Override
  public ChatStream stream(ChatRequest request) throws InterruptedException {
    long asked = System.nanoTime();
    byte[] json = ChatJson.streamRequest(endpoint.model(), request);
    Map<String, String> headers = headers(request);
    headers.put("accept", "text/event-stream");
    Place place = enter(request.deadline());
    OpenAiStream stream;
    try {
      if (closed) {
        throw failures.closed();
      }
      var exchange = http.stream(completions, headers, json);
      Runnable cancel = exchange::giveUp;
      inFlight.add(cancel);
      stream =
          new OpenAiStream(
              endpoint,
              failures,
              exchange,
              new OpenAiStream.Limits(request.deadline(), time, () -> closed),
              asked,
              () -> {
                inFlight.remove(cancel);
                place.close();
              });
    } catch (Throwable e) {
      place.close();
      throw e;
    }
    stream.awaitBeginning();
    return stream;
  }

  /** Where {@code path} is, for {@link #post}. */
  URI at(String path) {
    return endpoint.resolve(path);
  }

  /** Posts {@code json} on behalf of {@code request}; returns an answer of status 200. */
  Answer post(URI uri, byte[] json, ChatRequest request) throws InterruptedException {
    Map<String, String> headers = headers(request);
    Answer answer = exchange(() -> http.post(uri, headers, json), request.deadline());
    if (answer.status() != 200) {
      throw failures.refused(answer.status(), answer.headers(), answer.body());
    }
    return answer;
  }

  /** What came is not what was asked for. */
  ChatException malformed(String why, String body) {
    return failures.malformed(new IllegalArgumentException(why), body);
  }

  /** Connections that are open, idle ones included. */
  int openConnections() {
    return http.open();
  }

  /** Calls in flight and calls that wait fail at once; connections end soon after. */
  @Override
  public void close() {
    closed = true;
    // Each call that ends lets the next one in the queue see that the model is closed.
    inFlight.forEach(Runnable::run);
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
    Place place = enter(deadline);
    try {
      return await(send, deadline);
    } finally {
      place.close();
    }
  }

  /** Waits for a connection that may be used. */
  private Place enter(Deadline deadline) throws InterruptedException {
    if (!places.tryAcquire()) {
      throw failures.of(
          "is busy: %d calls wait already; raise maxWaiting or ask less"
              .formatted(endpoint.maxWaiting()),
          Reason.BUSY);
    }
    boolean entered = false;
    try {
      Duration left = deadline.remaining(time);
      if (left.isZero() || !connections.tryAcquire(left.toNanos(), NANOSECONDS)) {
        throw failures.late();
      }
      entered = true;
      return new Place();
    } finally {
      if (!entered) {
        places.release();
      }
    }
  }

  /** The right to one connection; given back once. */
  private final class Place {
    private final AtomicBoolean held = new AtomicBoolean(true);

    void close() {
      if (held.getAndSet(false)) {
        connections.release();
        places.release();
      }
    }
  }

  private Answer await(Supplier<Exchange> send, Deadline deadline) throws InterruptedException {
    if (closed) {
      throw failures.closed();
    }
    Duration left = deadline.remaining(time);
    boolean cut = left.compareTo(endpoint.requestTimeout()) < 0;
    Duration limit = cut ? left : endpoint.requestTimeout();
    Exchange exchange = send.get();
    Runnable cancel = exchange::cancel;
    inFlight.add(cancel);
    try {
      if (closed) {
        throw failures.closed();
      }
      return exchange.await(limit);
    } catch (TimeoutException e) {
      throw failures.silent(limit, cut);
    } catch (CancellationException e) {
      throw failures.closed();
    } catch (ExecutionException e) {
      throw closed ? failures.closed() : failures.broken(e.getCause() == null ? e : e.getCause());
    } finally {
      inFlight.remove(cancel);
      exchange.cancel();
    }
  }
}
