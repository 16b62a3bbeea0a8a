package dev.mama.llm;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatReply;
import dev.mama.ChatReply.Source;
import dev.mama.ChatRequest;
import dev.mama.ChatStream;
import dev.mama.Pressure;
import dev.mama.Time;
import dev.mama.llm.LlmBudget.Scope;
import dev.mama.spi.ChatModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Language models that thousands of agents share: one fixed pipeline over the bare calls of {@link
 * OpenAiChatModel}.
 *
 * <pre>
 * budget → cache → [ admission → pace → breaker → call → classify → retry ] → next model → degrade
 * </pre>
 *
 * <p><b>Waiting.</b> A call waits for its turn (fair between callers, the important first), for the
 * model's requests and tokens per minute, and between attempts, in all until its deadline at most.
 * What cannot be answered by then is refused at once. How many calls are on the wire follows what
 * the server carries, at most {@link LlmEndpoint#poolSize}; how many wait is bounded by {@link
 * LlmEndpoint#maxWaiting}.
 *
 * <p><b>Errors.</b> No connection, a timeout, 408, 409, 429 and 5xx are tried again, after the time
 * the server asked for or else after an exponential back-off with full jitter; 400, 401, 403, 404
 * and 422 are not. Where a model does not answer the next one is asked. What is thrown in the end
 * is a {@link ChatException} that says why, how often a server was asked, and when to come back if
 * the server said so. All attempts of a call at one model carry one {@code Idempotency-Key}.
 *
 * <p><b>Streams</b> take the same way until the answer begins, and hold their place on the wire
 * until they are read to the end or closed. From the first token on nothing is tried again, and no
 * other model asked.
 *
 * <p><b>Pressure.</b> Where answers take long, models are away or the money is spent, calls leave
 * the process by their priority, see {@link dev.mama.Pressure}. A call that may not leave, or that
 * no model answers, gets what the ladder has: a cheaper model's answer, one from before, or none.
 *
 * <p><b>Replies</b> say what served them, after how many attempts, and which models were passed
 * over, why.
 *
 * <p>Thread-safe.
 */
public final class LlmClient implements ChatModel {

  private final ModelChain chain;
  private final Budgets budgets;
  private final @Nullable AnswerCache cache;
  private final Ladder ladder;
  private final PressureMeter pressure;
  private final LlmMeters meters;
  private final Time time;
  private final CountDownLatch closing = new CountDownLatch(1);

  /** Begins the key of each call that has none; the same in no other client, of any process. */
  private final String id = UUID.randomUUID().toString();

  private final AtomicLong calls = new AtomicLong();

  LlmClient(LlmClientBuilder options) {
    this.time = options.time;
    this.meters = new LlmMeters(options.registry);
    this.budgets = new Budgets(options.budgets, meters);
    this.cache =
        options.cacheBytes == 0
            ? null
            : new AnswerCache(options.cacheBytes, options.cacheTtl, time);
    var jitter =
        new Jitter(
            new SplittableRandom(options.seed), options.firstBackoff, options.longestBackoff);
    Sleeper sleeper = options.sleeper == null ? this::sleep : options.sleeper;
    var shared = new ModelLane.Shared(options.attempts, options.breaker, jitter, sleeper, time);
    List<ModelWays> models =
        options.models.stream().map(routes -> ways(routes, options.opener, shared)).toList();
    this.chain = new ModelChain(models, time);
    this.pressure = new PressureMeter(models, options.pressure);
    this.ladder =
        new Ladder(
            options.cheaper.isEmpty()
                ? null
                : new ModelChain(List.of(ways(options.cheaper, options.opener, shared)), time),
            options.staleBytes == 0
                ? null
                : new AnswerCache(options.staleBytes, options.staleAge, time),
            chain.first().name(),
            meters,
            time);
    meters.pressure(this::pressure);
  }

  private ModelWays ways(
      List<LlmClientBuilder.Route> routes,
      Function<LlmEndpoint, ChatModel> opener,
      ModelLane.Shared shared) {
    var ways = new ArrayList<ModelWays.Way>();
    for (LlmClientBuilder.Route route : routes) {
      LlmEndpoint to = route.endpoint();
      var lane =
          new ModelLane(
              to,
              route.terms(),
              opener.apply(to),
              shared,
              meters.new Lane(to.model(), to.baseUrl().getAuthority(), ways.size() + 1));
      ways.add(new ModelWays.Way(lane, route.weight()));
    }
    return new ModelWays(ways, time);
  }

  /** Begins a client of the model at {@code endpoint}, without limits per minute or prices. */
  public static LlmClientBuilder builder(LlmEndpoint endpoint) {
    return builder(endpoint, LlmTerms.FREE);
  }

  /** Begins a client of the model at {@code endpoint}. */
  public static LlmClientBuilder builder(LlmEndpoint endpoint, LlmTerms terms) {
    return new LlmClientBuilder().nextModel(endpoint, terms);
  }

  /** The model that is asked first. */
  @Override
  public String name() {
    return chain.first().name();
  }

  /**
   * How hard pressed the models are, or how far the budget of an experiment is spent, whichever is
   * worse.
   */
  @Override
  public Pressure pressure() {
    Pressure models = pressure.now();
    Pressure money = budgets.pressure();
    return models.compareTo(money) > 0 ? models : money;
  }

  @Override
  public ChatReply chat(ChatRequest request) throws InterruptedException {
    long start = time.nanos();
    try {
      if (closing.getCount() == 0) {
        throw closedFailure();
      }
      ChatReply reply = served(withKey(request));
      Duration took = Duration.ofNanos(time.nanos() - start);
      meters.answered(reply.source(), took);
      Duration queued = reply.source() == Source.MODEL ? took.minus(reply.onWire()) : took;
      return queuedFor(reply, queued);
    } catch (ChatException e) {
      meters.failed(e.reason(), Duration.ofNanos(time.nanos() - start));
      throw e;
    }
  }

  @Override
  public ChatStream stream(ChatRequest request) throws InterruptedException {
    long start = time.nanos();
    try {
      if (closing.getCount() == 0) {
        throw closedFailure();
      }
      return open(withKey(request), start);
    } catch (ChatException e) {
      meters.failed(e.reason(), Duration.ofNanos(time.nanos() - start));
      throw e;
    }
  }

  /**
   * Returns if a server answers at the first endpoint; see {@link OpenAiChatModel#probe}.
   *
   * @throws ChatException if none answers; its message is one line that names the URL
   */
  public void probe() throws InterruptedException {
    chain.first().probe();
  }

  /** Opens a connection to the first endpoint, as {@link #probe} does. */
  @Override
  public void warmUp() throws InterruptedException {
    probe();
  }

  /**
   * What {@code caller}'s experiment, group or agent has spent so far; nothing where no budget of
   * that scope is set, because then nobody keeps an account.
   */
  public LlmSpent spent(Scope of, ChatRequest.Caller caller) {
    return budgets.spent(of, caller);
  }

  /** Closes the connections; calls on the wire and calls that wait fail at once. */
  @Override
  public void close() {
    closing.countDown();
    chain.close();
    ladder.close();
    meters.close();
  }

  private ChatReply served(ChatRequest request) throws InterruptedException {
    Budgets.Reserved taken;
    try {
      taken = reserve(request);
    } catch (ChatException e) {
      return ladder.after(e, request, (tokens, money) -> {});
    }
    Pressure now = pressure.now();
    try (var reserved = taken) {
      if (!now.lets(request.priority())) {
        return ladder.under(now, request, reserved);
      }
      try {
        ChatReply reply =
            cache == null
                ? chain.chat(request, reserved)
                : cache.get(request, own -> chain.chat(own, reserved));
        ladder.keep(request, reply);
        return reply;
      } catch (ChatException e) {
        return ladder.after(e, request, reserved);
      }
    }
  }

  private Budgets.Reserved reserve(ChatRequest request) {
    var first = chain.first();
    var estimate = first.estimate(request);
    double cost = first.terms().cost(estimate.prompt(), estimate.completion());
    return budgets.reserve(request, estimate.sum(), cost);
  }

  private ChatStream open(ChatRequest request, long start) throws InterruptedException {
    var reserved = reserve(request);
    boolean open = false;
    try {
      ChatStream stream = stream(request, reserved);
      open = true;
      return new ClientStream(stream, request, reserved, start);
    } finally {
      if (!open) {
        reserved.close();
      }
    }
  }

  private ChatStream stream(ChatRequest request, Spend spend) throws InterruptedException {
    Pressure now = pressure.now();
    if (!now.lets(request.priority())) {
      return ChatStream.of(ladder.under(now, request, spend));
    }
    var kept = cache == null ? Optional.<ChatReply>empty() : cache.kept(request);
    if (kept.isPresent()) {
      return ChatStream.of(kept.get());
    }
    try {
      return chain.stream(request, spend);
    } catch (ChatException e) {
      return ChatStream.of(ladder.after(e, request, spend));
    }
  }

  /** A stream whose end settles the budget, fills the cache and is counted. */
  private final class ClientStream extends WatchedStream {
    private final ChatRequest request;
    private final Budgets.Reserved reserved;
    private final long start;
    private final long begun = time.nanos();

    ClientStream(ChatStream stream, ChatRequest request, Budgets.Reserved reserved, long start) {
      super(stream);
      this.request = request;
      this.reserved = reserved;
      this.start = start;
    }

    @Override
    ChatReply completed(ChatReply whole) {
      reserved.close();
      if (cache != null && whole.source() == Source.MODEL) {
        cache.keep(request, whole);
      }
      ladder.keep(request, whole);
      meters.answered(whole.source(), sinceStart());
      Duration queued = Duration.ofNanos(begun - start);
      return queuedFor(
          whole, whole.source() == Source.MODEL ? queued.minus(whole.firstToken()) : queued);
    }

    @Override
    void failed(ChatException e) {
      reserved.close();
      meters.failed(e.reason(), sinceStart());
    }

    @Override
    void left(int chars) {
      reserved.close();
      meters.answered(Source.MODEL, sinceStart());
    }

    private Duration sinceStart() {
      return Duration.ofNanos(time.nanos() - start);
    }
  }

  private static ChatReply queuedFor(ChatReply reply, Duration queued) {
    return reply.servedBy(
        reply.source(),
        reply.attempts(),
        queued.isNegative() ? Duration.ZERO : queued,
        reply.passedOver());
  }

  private ChatRequest withKey(ChatRequest request) {
    return request.idempotencyKey().isPresent()
        ? request
        : request.idempotencyKey(id + "-" + calls.incrementAndGet());
  }

  private void sleep(Duration wait) throws InterruptedException {
    if (closing.await(wait.toNanos(), NANOSECONDS)) {
      throw closedFailure();
    }
  }

  private ChatException closedFailure() {
    return new ChatException(
        "the client of chat model '%s' is closed".formatted(name()), Reason.CLOSED);
  }
}
