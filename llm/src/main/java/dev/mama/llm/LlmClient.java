package dev.mama.llm;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatReply;
import dev.mama.ChatReply.Source;
import dev.mama.ChatRequest;
import dev.mama.ChatStream;
import dev.mama.Time;
import dev.mama.llm.LlmBudget.Scope;
import dev.mama.spi.ChatModel;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Language models that thousands of agents share: one fixed pipeline over the bare calls of {@link
 * OpenAiChatModel}.
 *
 * <pre>
 * budget → cache → [ admission → pace → breaker → call → classify → retry ] → next model
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
 * <p><b>Replies</b> say what served them, after how many attempts, and which models were passed
 * over, why.
 *
 * <p>Thread-safe.
 */
public final class LlmClient implements ChatModel {

  private final ModelChain chain;
  private final Budgets budgets;
  private final @Nullable AnswerCache cache;
  private final LlmMeters meters;
  private final Time time;
  private final CountDownLatch closing = new CountDownLatch(1);

  private LlmClient(Builder options) {
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
    List<ModelLane> lanes = new ArrayList<>();
    options.models.forEach((endpoint, terms) ->
        lanes.add(
            new ModelLane(
                endpoint,
                terms,
                options.opener.apply(endpoint),
                shared,
                meters.new Lane(endpoint.model(), endpoint.baseUrl().getAuthority()))));
    this.chain = new ModelChain(lanes, time);
  }

  /** Begins a client of the model at {@code endpoint}, without limits per minute or prices. */
  public static Builder builder(LlmEndpoint endpoint) {
    return builder(endpoint, LlmTerms.FREE);
  }

  /** Begins a client of the model at {@code endpoint}. */
  public static Builder builder(LlmEndpoint endpoint, LlmTerms terms) {
    return new Builder().nextModel(endpoint, terms);
  }

  /** The model that is asked first. */
  @Override
  public String name() {
    return chain.first().name();
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

  /** Closes the connections; calls on the wire and calls that wait fail at once. */
  @Override
  public void close() {
    closing.countDown();
    chain.close();
    meters.close();
  }

  private ChatReply served(ChatRequest request) throws InterruptedException {
    try (var reserved = reserve(request)) {
      return cache == null
          ? chain.chat(request, reserved)
          : cache.get(request, own -> chain.chat(own, reserved));
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
      var kept = cache == null ? Optional.<ChatReply>empty() : cache.kept(request);
      var stream = kept.isPresent() ? ChatStream.of(kept.get()) : chain.stream(request, reserved);
      open = true;
      return new ClientStream(stream, request, reserved, start);
    } finally {
      if (!open) {
        reserved.close();
      }
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

  private static ChatRequest withKey(ChatRequest request) {
    return request.idempotencyKey().isPresent()
        ? request
        : request.idempotencyKey(UUID.randomUUID().toString());
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

  /**
   * The options of a client.
   *
   * <p>Confined to the thread that builds.
   */
  public static final class Builder {
    private final Map<LlmEndpoint, LlmTerms> models = new LinkedHashMap<>();
    private final Map<Scope, LlmBudget> budgets = new EnumMap<>(Scope.class);
    private int attempts = 3;
    private Duration firstBackoff = Duration.ofMillis(500);
    private Duration longestBackoff = Duration.ofSeconds(20);
    private BreakerOptions breaker = BreakerOptions.DEFAULT;
    private long cacheBytes;
    private Duration cacheTtl = Duration.ZERO;
    private MeterRegistry registry = new SimpleMeterRegistry();
    private Time time = Time.system();
    private long seed = System.nanoTime();
    private @Nullable Sleeper sleeper;
    private Function<LlmEndpoint, ChatModel> opener =
        endpoint -> OpenAiChatModel.connect(endpoint, time);

    private Builder() {}

    /** The model that is asked if those before it do not answer. */
    public Builder nextModel(LlmEndpoint endpoint) {
      return nextModel(endpoint, LlmTerms.FREE);
    }

    /**
     * The model that is asked if those before it do not answer, on {@code terms}.
     *
     * @throws IllegalArgumentException if the same endpoint is in the chain already
     */
    public Builder nextModel(LlmEndpoint endpoint, LlmTerms terms) {
      require(
          models.putIfAbsent(endpoint, terms) == null,
          "%s is in the chain already".formatted(endpoint));
      return this;
    }

    /** How often one model is asked for one answer, at least 1; 3 unless said otherwise. */
    public Builder attempts(int attempts) {
      require(attempts >= 1, "attempts %d must be at least 1".formatted(attempts));
      this.attempts = attempts;
      return this;
    }

    /**
     * How long to wait before asking again where the server does not say: at random up to {@code
     * first} after the first failure, up to twice as long after each further one, never more than
     * {@code longest}; 500 ms and 20 s unless said otherwise.
     */
    public Builder backoff(Duration first, Duration longest) {
      require(
          !first.isNegative() && first.compareTo(longest) <= 0 && longest.toDays() < 1,
          "backoff %s must be in [0, longest = %s], which must be under 24 h"
              .formatted(first, longest));
      this.firstBackoff = first;
      this.longestBackoff = longest;
      return this;
    }

    /** When a model is left alone. */
    public Builder breaker(BreakerOptions breaker) {
      this.breaker = breaker;
      return this;
    }

    /** What each experiment, group or agent may spend. */
    public Builder budget(Scope of, LlmBudget budget) {
      budgets.put(of, budget);
      return this;
    }

    /**
     * Keeps answers for {@code ttl}, about {@code maxBytes} of them, and asks only once what
     * several ask at once. Off unless called: at a temperature above 0 the same request would have
     * had different answers.
     */
    public Builder cache(long maxBytes, Duration ttl) {
      require(maxBytes >= 1, "maxBytes %d must be at least 1".formatted(maxBytes));
      require(
          ttl.isPositive() && ttl.toDays() < 36_500,
          "ttl %s must be positive and below 100 years".formatted(ttl));
      this.cacheBytes = maxBytes;
      this.cacheTtl = ttl;
      return this;
    }

    /** Where the metrics go. */
    public Builder meters(MeterRegistry registry) {
      this.registry = registry;
      return this;
    }

    /** The time that the requests' deadlines are on. */
    public Builder time(Time time) {
      this.time = time;
      return this;
    }

    /** The seed of the jitter. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** Waits in another way; for tests. */
    Builder sleeper(Sleeper sleeper) {
      this.sleeper = sleeper;
      return this;
    }

    /** Calls something else than an HTTP server; for tests. */
    Builder opener(Function<LlmEndpoint, ChatModel> opener) {
      this.opener = opener;
      return this;
    }

    /** Opens the client; connections are opened by the first calls. */
    public LlmClient build() {
      return new LlmClient(this);
    }

    private static void require(boolean holds, String otherwise) {
      if (!holds) {
        throw new IllegalArgumentException(otherwise);
      }
    }
  }
}
