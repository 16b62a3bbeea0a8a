package dev.mama.testkit;

import dev.mama.ChatFormat;
import dev.mama.ChatMessage;
import dev.mama.ChatTool;
import dev.mama.Trace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import tools.jackson.core.JacksonException;

/**
 * A fake language model that says it is one: a real HTTP server on a loopback socket that speaks
 * OpenAI's chat completions and answers what a script says.
 *
 * <p>It calls itself {@value #MODEL} in {@code model} and {@code system_fingerprint} of every
 * answer, whatever model was asked for, and counts words where a model counts tokens. Each
 * connection has a virtual thread, so thousands of calls may wait at once; the script is called on
 * these threads, concurrently. Where a stream is asked for, the answer comes as server-sent events,
 * a word each.
 *
 * <p>It speaks embeddings as well: the script sees each text as a message, and where it answers a
 * {@link Answer.Text} the vectors are those of a {@link HashingEncoder}.
 *
 * <p>With {@link Faults}, {@link Latency} and {@link RateLimit} it is a laboratory of what goes
 * wrong. It is bounded: it listens on the loopback address only, a request is 64 MiB at most, and
 * everything it holds ends with {@link #close}.
 *
 * <p>Thread-safe.
 */
public final class ScriptedChatServer implements AutoCloseable {

  /** The name by which this fake is known. */
  public static final String MODEL = "scripted";

  private static final int BACKLOG = 4_096;

  private final Function<Call, Answer> script;
  private final ServerSocket listener;
  private final Thread acceptor =
      Thread.ofVirtual().name("scripted-chat-accept").unstarted(this::accept);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Set<HttpConnection> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger peakOpen = new AtomicInteger();
  private final AtomicLong requests = new AtomicLong();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger peakInFlight = new AtomicInteger();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicInteger serving = new AtomicInteger();
  private volatile int capacity = Integer.MAX_VALUE;
  private volatile int idleMillis;
  private final CallsByTrace calls = new CallsByTrace();

  /**
   * What a client asked.
   *
   * <p>Immutable.
   *
   * @param model the model asked for
   * @param messages the conversation, oldest first
   * @param temperature as asked, or empty
   * @param maxTokens as asked, or empty
   * @param tools on offer
   * @param toolChoice whether they may, must or must not be called
   * @param format of the answer
   * @param streamed whether the answer shall come as server-sent events
   * @param headers of the request, by lower-case name; they may hold a key
   */
  public record Call(
      String model,
      List<ChatMessage> messages,
      OptionalDouble temperature,
      OptionalInt maxTokens,
      List<ChatTool> tools,
      ChatTool.Choice toolChoice,
      ChatFormat format,
      boolean streamed,
      Map<String, String> headers) {

    /** A call without tools, for text. */
    public Call(
        String model,
        List<ChatMessage> messages,
        OptionalDouble temperature,
        OptionalInt maxTokens,
        Map<String, String> headers) {
      this(
          model,
          messages,
          temperature,
          maxTokens,
          List.of(),
          ChatTool.Choice.AUTO,
          ChatFormat.TEXT,
          false,
          headers);
    }

    /** What was said last. */
    public String text() {
      return messages.getLast().content();
    }

    /** The header {@code name}, in any case. */
    public Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /** The trace in {@code traceparent}; empty if there is none, or not in its form. */
    public Optional<Trace> trace() {
      try {
        return header("traceparent").map(Trace::parse);
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }

    /** Says no header's value. */
    @Override
    public String toString() {
      return "Call[model=%s, messages=%s, headers=%s]".formatted(model, messages, headers.keySet());
    }
  }

  /** What the server does with a call. */
  public sealed interface Answer {

    /** A chat completion that says {@code text}, sent after {@code latency}. */
    record Text(String text, Duration latency) implements Answer {}

    /** A chat completion that wants {@code calls} to be made, at once. */
    record Tools(List<ChatTool.Call> calls) implements Answer {}

    /** An answer that is no chat completion: any status, any body, further headers. */
    record Raw(int status, String body, Map<String, String> headers) implements Answer {}

    /** No answer; the call counts as in flight until the server closes. */
    record Hang() implements Answer {}

    /** No answer; the connection is closed instead. */
    record Drop() implements Answer {}

    /** Whatever bytes, however they come; see {@link Faults}. */
    record Wire(Transmission bytes) implements Answer {}

    /** A chat completion at once. */
    static Answer text(String text) {
      return new Text(text, Duration.ZERO);
    }

    /** An error in OpenAI's form. */
    static Answer failure(int status) {
      return failure(status, Map.of());
    }

    /** An error in OpenAI's form with further headers, such as {@code retry-after}. */
    static Answer failure(int status, Map<String, String> headers) {
      var all = new TreeMap<>(headers);
      all.put("content-type", "application/json");
      return new Raw(status, ScriptedChatJson.error("scripted failure"), all);
    }

    /** Status 200 with {@code body}, whatever that is. */
    static Answer garbage(String body) {
      return new Raw(200, body, Map.of());
    }
  }

  private ScriptedChatServer(ServerSocket listener, Function<Call, Answer> script) {
    this.listener = listener;
    this.script = script;
  }

  /** A server on a free port. */
  public static ScriptedChatServer start(Function<Call, Answer> script) {
    return start(0, script);
  }

  /**
   * A server on {@code port}, 0 for a free one.
   *
   * @throws UncheckedIOException if the port is taken
   */
  public static ScriptedChatServer start(int port, Function<Call, Answer> script) {
    try {
      var loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
      var server = new ScriptedChatServer(new ServerSocket(port, BACKLOG, loopback), script);
      server.acceptor.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "scripted chat server cannot listen on 127.0.0.1:%d".formatted(port), e);
    }
  }

  /** {@code http://127.0.0.1:<port>}. */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** Chat completions asked for so far. */
  public long requests() {
    return requests.get();
  }

  /** Connections accepted so far. */
  public int connections() {
    return accepted.get();
  }

  /** The most connections that were open at once. */
  public int peakConnections() {
    return peakOpen.get();
  }

  /** Chat completions asked for and not answered yet. */
  public int inFlight() {
    return inFlight.get();
  }

  /** The most chat completions that were in flight at once. */
  public int peakInFlight() {
    return peakInFlight.get();
  }

  /**
   * From now on a call is answered with status 429 while {@code calls} others are being served,
   * that is until their script and latency are over; a client has to find out. At first there is no
   * limit.
   */
  public void capacity(int calls) {
    capacity = calls;
  }

  /** Chat completions refused for lack of {@link #capacity}. */
  public long refused() {
    return refused.get();
  }

  /** The latest call of the trace, among the last 4,096 traces. */
  public Optional<Call> lastCall(String traceId) {
    return calls.last(traceId);
  }

  /**
   * From now on a connection that is silent for {@code limit} is closed, as by most servers;
   * connections that wait already are not. At first there is no limit.
   */
  public void idleLimit(Duration limit) {
    idleMillis = Math.toIntExact(limit.toMillis());
  }

  /** Closes every open connection, as a server does that grows tired of idle ones. */
  public void dropConnections() {
    open.forEach(ScriptedChatServer::closeQuietly);
  }

  /** Frees the port and closes every connection; calls in flight are not answered. */
  @Override
  public void close() {
    closing.countDown();
    try {
      listener.close();
      // The port is free once the thread that waits in accept has let go of it.
      acceptor.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException("scripted chat server at " + uri() + " did not close", e);
    } finally {
      dropConnections();
    }
  }

  private void accept() {
    while (!isClosing()) {
      try {
        Socket socket = listener.accept();
        Thread.ofVirtual().name("scripted-chat").start(() -> serve(socket));
      } catch (IOException e) {
        if (!isClosing()) {
          throw new UncheckedIOException("scripted chat server cannot accept", e);
        }
      }
    }
  }

  private void serve(Socket socket) {
    try (var connection = new HttpConnection(socket)) {
      accepted.incrementAndGet();
      open.add(connection);
      peakOpen.accumulateAndGet(open.size(), Math::max);
      try {
        while (!isClosing()) {
          var request = connection.read(idleMillis);
          if (request.isEmpty()) {
            return;
          }
          handle(connection, request.get());
        }
      } finally {
        open.remove(connection);
      }
    } catch (IOException e) {
      // The client went away or the server closes; either way the connection is over.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void handle(HttpConnection connection, HttpConnection.Request request)
      throws IOException, InterruptedException {
    switch (request.method() + " " + request.path()) {
      case "POST /v1/chat/completions", "POST /v1/embeddings" -> {
        requests.incrementAndGet();
        peakInFlight.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
        try {
          complete(connection, request);
        } finally {
          inFlight.decrementAndGet();
        }
      }
      case "GET /v1/models" ->
          ScriptedAnswers.json(
              connection, 200, "{\"object\":\"list\",\"data\":[{\"id\":\"" + MODEL + "\"}]}");
      default -> ScriptedAnswers.refuse(connection, 404, "no " + request.path() + " here");
    }
  }

  private void complete(HttpConnection connection, HttpConnection.Request request)
      throws IOException, InterruptedException {
    boolean embeds = request.path().endsWith("/embeddings");
    Call call;
    try {
      call = embeds ? ScriptedEmbeddings.call(request) : ScriptedChatJson.call(request);
    } catch (IllegalArgumentException | JacksonException e) {
      ScriptedAnswers.refuse(
          connection, 400, "not a request for %s: %s".formatted(request.path(), e.getMessage()));
      return;
    }
    call.trace().ifPresent(trace -> calls.keep(trace, call));
    Answer answer;
    try {
      if (serving.incrementAndGet() > capacity) {
        refused.incrementAndGet();
        ScriptedAnswers.refuse(connection, 429, "more than %d at once".formatted(capacity));
        return;
      }
      answer = script.apply(call);
      if (answer instanceof Answer.Text text && !text.latency().isZero()) {
        closing.await(text.latency().toNanos(), TimeUnit.NANOSECONDS);
      }
    } catch (RuntimeException e) {
      ScriptedAnswers.refuse(connection, 500, "the script failed: " + e);
      return;
    } finally {
      // Before the answer leaves, because the client may ask again as soon as it has that.
      serving.decrementAndGet();
    }
    if (isClosing()) {
      return;
    }
    if (embeds && answer instanceof Answer.Text) {
      ScriptedAnswers.json(connection, 200, ScriptedEmbeddings.answer(call));
    } else {
      ScriptedAnswers.write(connection, call, answer, requests.get(), closing);
    }
  }

  private static void closeQuietly(HttpConnection connection) {
    try {
      connection.close();
    } catch (IOException e) {
      // It was closed already, which is what was wanted.
    }
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }
}
