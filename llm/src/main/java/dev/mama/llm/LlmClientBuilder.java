package dev.mama.llm;

import dev.mama.Time;
import dev.mama.llm.LlmBudget.Scope;
import dev.mama.spi.ChatModel;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The options of a client.
 *
 * <p>Confined to the thread that builds.
 */
public final class LlmClientBuilder {
  final List<List<Route>> models = new ArrayList<>();
  final List<Route> cheaper = new ArrayList<>();
  final Map<Scope, LlmBudget> budgets = new EnumMap<>(Scope.class);
  int attempts = 3;
  Duration firstBackoff = Duration.ofMillis(500);
  Duration longestBackoff = Duration.ofSeconds(20);
  BreakerOptions breaker = BreakerOptions.DEFAULT;
  long cacheBytes;
  Duration cacheTtl = Duration.ZERO;
  long staleBytes;
  Duration staleAge = Duration.ZERO;
  PressureOptions pressure = PressureOptions.DEFAULT;
  MeterRegistry registry = new SimpleMeterRegistry();
  Time time = Time.system();
  long seed = System.nanoTime();
  @Nullable Sleeper sleeper;
  Function<LlmEndpoint, ChatModel> opener = endpoint -> OpenAiChatModel.connect(endpoint, time);

  /** A way to a model: where, on what terms, and for what share of the calls. */
  record Route(LlmEndpoint endpoint, LlmTerms terms, double weight) {}

  LlmClientBuilder() {}

  /** The model that is asked if those before it do not answer. */
  public LlmClientBuilder nextModel(LlmEndpoint endpoint) {
    return nextModel(endpoint, LlmTerms.FREE);
  }

  /**
   * The model that is asked if those before it do not answer, on {@code terms}.
   *
   * @throws IllegalArgumentException if the same endpoint is in the chain already
   */
  public LlmClientBuilder nextModel(LlmEndpoint endpoint, LlmTerms terms) {
    requireNew(endpoint);
    models.add(new ArrayList<>(List.of(new Route(endpoint, terms, 1))));
    return this;
  }

  /**
   * Another key or address of the model named last, that takes as many calls as the first.
   *
   * @throws IllegalArgumentException if the same endpoint is in the chain already
   */
  public LlmClientBuilder alsoAt(LlmEndpoint endpoint) {
    return alsoAt(endpoint, LlmTerms.FREE, 1);
  }

  /**
   * Another key or address of the model named last, on {@code terms}. Each way has a pool, a pace
   * and a gate of its own; where one fails or rests, the others serve.
   *
   * @param weight how many calls it takes for each call of the first, while both are free; above 0
   * @throws IllegalArgumentException if the weight is not above 0 and finite, or the same endpoint
   *     is in the chain already
   */
  public LlmClientBuilder alsoAt(LlmEndpoint endpoint, LlmTerms terms, double weight) {
    require(
        weight > 0 && Double.isFinite(weight),
        "weight %s of %s must be above 0".formatted(weight, endpoint));
    requireNew(endpoint);
    models.getLast().add(new Route(endpoint, terms, weight));
    return this;
  }

  /**
   * The model that is asked instead where the pressure just does not let a call through to the
   * others, or where they all fail.
   */
  public LlmClientBuilder cheaperModel(LlmEndpoint endpoint, LlmTerms terms) {
    cheaper.clear();
    cheaper.add(new Route(endpoint, terms, 1));
    return this;
  }

  /**
   * Where no model may be asked or none answers, an answer to the same request of up to {@code age}
   * ago will do; about {@code maxBytes} of them are kept. Off unless called.
   *
   * @throws IllegalArgumentException if {@code maxBytes} is less than 1, or {@code age} not
   *     positive or 100 years and more
   */
  public LlmClientBuilder staleAnswers(long maxBytes, Duration age) {
    requireCache(maxBytes, age);
    this.staleBytes = maxBytes;
    this.staleAge = age;
    return this;
  }

  /** From when on the models are hard pressed. */
  public LlmClientBuilder pressure(PressureOptions options) {
    this.pressure = options;
    return this;
  }

  /**
   * How often one model is asked for one answer, at least 1; 3 unless said otherwise.
   *
   * @throws IllegalArgumentException if {@code attempts} is less than 1
   */
  public LlmClientBuilder attempts(int attempts) {
    require(attempts >= 1, "attempts %d must be at least 1".formatted(attempts));
    this.attempts = attempts;
    return this;
  }

  /**
   * How long to wait before asking again where the server does not say: at random up to {@code
   * first} after the first failure, up to twice as long after each further one, never more than
   * {@code longest}; 500 ms and 20 s unless said otherwise.
   *
   * @throws IllegalArgumentException if {@code first} is negative or above {@code longest}, or that
   *     is a day or more
   */
  public LlmClientBuilder backoff(Duration first, Duration longest) {
    require(
        !first.isNegative() && first.compareTo(longest) <= 0 && longest.toDays() < 1,
        "backoff %s must be in [0, longest = %s], which must be under 24 h"
            .formatted(first, longest));
    this.firstBackoff = first;
    this.longestBackoff = longest;
    return this;
  }

  /** When a model is left alone. */
  public LlmClientBuilder breaker(BreakerOptions breaker) {
    this.breaker = breaker;
    return this;
  }

  /** What each experiment, group or agent may spend. */
  public LlmClientBuilder budget(Scope of, LlmBudget budget) {
    budgets.put(of, budget);
    return this;
  }

  /**
   * Keeps answers for {@code ttl}, about {@code maxBytes} of them, and asks only once what several
   * ask at once. Off unless called: at a temperature above 0 the same request would have had
   * different answers.
   *
   * @throws IllegalArgumentException if {@code maxBytes} is less than 1, or {@code ttl} not
   *     positive or 100 years and more
   */
  public LlmClientBuilder cache(long maxBytes, Duration ttl) {
    requireCache(maxBytes, ttl);
    this.cacheBytes = maxBytes;
    this.cacheTtl = ttl;
    return this;
  }

  /** Where the metrics go. */
  public LlmClientBuilder meters(MeterRegistry registry) {
    this.registry = registry;
    return this;
  }

  /** The time that the requests' deadlines are on. */
  public LlmClientBuilder time(Time time) {
    this.time = time;
    return this;
  }

  /** The seed of the jitter. */
  public LlmClientBuilder seed(long seed) {
    this.seed = seed;
    return this;
  }

  /** Waits in another way; for tests. */
  LlmClientBuilder sleeper(Sleeper sleeper) {
    this.sleeper = sleeper;
    return this;
  }

  /** Calls something else than an HTTP server; for tests. */
  LlmClientBuilder opener(Function<LlmEndpoint, ChatModel> opener) {
    this.opener = opener;
    return this;
  }

  /** Opens the client; connections are opened by the first calls. */
  public LlmClient build() {
    return new LlmClient(this);
  }

  private void requireNew(LlmEndpoint endpoint) {
    require(
        models.stream().flatMap(List::stream).noneMatch(r -> r.endpoint().equals(endpoint)),
        "%s is in the chain already".formatted(endpoint));
  }

  private static void requireCache(long maxBytes, Duration ttl) {
    require(maxBytes >= 1, "maxBytes %d must be at least 1".formatted(maxBytes));
    require(
        ttl.isPositive() && ttl.toDays() < 36_500,
        "ttl %s must be positive and below 100 years".formatted(ttl));
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
