package dev.mama.llm;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatStream;
import dev.mama.Time;
import dev.mama.llm.Admission.Permit;
import dev.mama.llm.Pace.Reserved;
import dev.mama.spi.ChatModel;
import java.time.Duration;

/**
 * One model with all that stands before it: admission, pace, breaker, call, classification, retry.
 *
 * <p>A place on the wire is held for one attempt and given back between two, so that whoever backs
 * off does not stand in others' way. The deadline bounds the sum.
 *
 * <p>Thread-safe.
 */
final class ModelLane implements AutoCloseable {

  private final ChatModel model;
  private final LlmTerms terms;
  private final Admission admission;
  private final Pace pace;
  private final Breaker breaker;
  private final int maxAttempts;
  private final Jitter jitter;
  private final Sleeper sleeper;
  private final Time time;
  private final TokenEstimate estimate;
  private final LlmMeters.Lane meters;

  /** What a lane shares with its neighbours. */
  record Shared(
      int maxAttempts, BreakerOptions breaker, Jitter jitter, Sleeper sleeper, Time time) {}

  ModelLane(
      LlmEndpoint endpoint, LlmTerms terms, ChatModel model, Shared shared, LlmMeters.Lane meters) {
    String name = "'%s' at %s".formatted(endpoint.model(), endpoint.baseUrl());
    this.model = model;
    this.terms = terms;
    this.estimate = new TokenEstimate(terms.prompt());
    this.time = shared.time();
    this.sleeper = shared.sleeper();
    this.jitter = shared.jitter();
    this.maxAttempts = shared.maxAttempts();
    this.meters = meters;
    this.admission =
        new Admission(name, new AdaptiveLimit(endpoint.poolSize()), endpoint.maxWaiting(), time);
    this.pace = new Pace(name, terms, time, sleeper, jitter);
    this.breaker = new Breaker(name, shared.breaker(), time);
    meters.gauge("mama.llm.admission.limit", admission::limit);
    meters.gauge("mama.llm.admission.admitted", admission::admitted);
    meters.gauge("mama.llm.admission.waiting", admission::waiting);
    meters.gauge("mama.llm.breaker.state", breaker::state);
    if (model instanceof OpenAiChatModel http) {
      meters.gauge("mama.llm.connections", http::openConnections);
    }
  }

  String name() {
    return model.name();
  }

  void probe() throws InterruptedException {
    if (model instanceof OpenAiChatModel http) {
      http.probe();
    }
  }

  LlmTerms terms() {
    return terms;
  }

  TokenEstimate.Tokens estimate(ChatRequest request) {
    return estimate.of(request);
  }

  LlmMeters.Lane meters() {
    return meters;
  }

  /**
   * Asks until there is an answer, or a failure that asking again does not cure, or no attempt or
   * time is left.
   *
   * @param attempts the most
   * @param spend told what each attempt used
   * @throws ChatException that says how often the server was asked
   */
  ChatReply chat(ChatRequest asIs, int attempts, Spend spend) throws InterruptedException {
    ChatRequest request = fitted(asIs);
    return retrying(
        request,
        attempts,
        asked -> {
          ChatReply reply = attempt(request, spend);
          return reply.servedBy(
              reply.source(), asked + reply.attempts(), reply.queued(), reply.passedOver());
        });
  }

  /** The same for an answer that is streamed, until it begins; from there on it is asked once. */
  ChatStream stream(ChatRequest asIs, int attempts, Spend spend) throws InterruptedException {
    ChatRequest request = fitted(asIs);
    return retrying(request, attempts, asked -> open(request, spend, asked));
  }

  @Override
  public void close() {
    admission.close();
    model.close();
  }

  /** The most attempts of one call. */
  int maxAttempts() {
    return maxAttempts;
  }

  /** How ready it is: 0 at once, 1 after a wait, 2 once it is no longer left alone. */
  int unreadiness(ChatRequest request) {
    if (breaker.isLeftAlone() || pace.isShut()) {
      return 2;
    }
    return admission.isFree() && pace.isFree(estimate.of(request).sum()) ? 0 : 1;
  }

  boolean isLeftAlone() {
    return breaker.isLeftAlone();
  }

  Admission.Load load() {
    return admission.load();
  }

  /** The request as far as it fits the model's context. */
  private ChatRequest fitted(ChatRequest request) {
    if (terms.prompt().isEmpty()) {
      return request;
    }
    ChatRequest fitted = terms.prompt().get().fit(request);
    meters.cut(request.messages().size() - fitted.messages().size());
    return fitted;
  }

  /** One attempt after {@code asked} askings. */
  private interface Attempt<T> {
    T make(int asked) throws InterruptedException;
  }

  private <T> T retrying(ChatRequest request, int attempts, Attempt<T> one)
      throws InterruptedException {
    int asked = 0;
    for (int attempt = 1; ; attempt++) {
      try {
        return one.make(asked);
      } catch (ChatException e) {
        asked += e.attempts();
        meters.failed(e.reason());
        waitBefore(attempt, attempts, request, asked, e);
        meters.retried();
      }
    }
  }

  private ChatReply attempt(ChatRequest request, Spend spend) throws InterruptedException {
    try (var call = leave(request, spend)) {
      try {
        ChatReply reply = model.chat(request);
        call.answered(reply, since(call.start));
        return reply;
      } catch (ChatException e) {
        call.failed(e);
        throw e;
      }
    }
  }

  private ChatStream open(ChatRequest request, Spend spend, int asked) throws InterruptedException {
    var call = leave(request, spend);
    ChatStream stream;
    boolean open = false;
    try {
      stream = model.stream(request);
      open = true;
    } catch (ChatException e) {
      call.failed(e);
      throw e;
    } finally {
      if (!open) {
        call.close();
      }
    }
    return new WatchedStream(stream) {
      @Override
      ChatReply completed(ChatReply whole) {
        call.answered(whole, whole.queued().plus(whole.onWire())); // not the reader's pauses
        meters.began(whole.firstToken());
        call.close();
        return whole.servedBy(
            whole.source(), asked + whole.attempts(), whole.queued(), whole.passedOver());
      }

      @Override
      void failed(ChatException e) {
        meters.failed(e.reason());
        call.failed(e);
        call.close();
      }

      @Override
      void left(int chars) {
        call.left(chars);
        call.close();
      }
    };
  }

  /** Waits until a call may leave. */
  private Call leave(ChatRequest request, Spend spend) throws InterruptedException {
    pace.refuseIfShutBeyond(request.deadline());
    long start = time.nanos();
    Permit permit = admission.enter(request);
    boolean left = false;
    try {
      long admitted = time.nanos();
      meters.admittedAfter(Duration.ofNanos(admitted - start));
      Reserved reserved = pace.reserve(estimate.of(request).sum(), request.deadline());
      meters.pacedAfter(Duration.ofNanos(time.nanos() - admitted));
      if (!breaker.tryEnter()) {
        reserved.cancel();
        throw new ChatException(
            "chat model '%s' is left alone for a while: it failed or was slow too often"
                .formatted(model.name()),
            Reason.RESTING);
      }
      permit.sent();
      left = true;
      return new Call(request, permit, reserved, spend);
    } finally {
      if (!left) {
        permit.close();
      }
    }
  }

  /** A call that has left; whatever comes of it is told once. */
  private final class Call implements AutoCloseable {
    private final ChatRequest request;
    private final Permit permit;
    private final Reserved reserved;
    private final Spend spend;
    private final long start = time.nanos();
    private boolean told;

    Call(ChatRequest request, Permit permit, Reserved reserved, Spend spend) {
      this.request = request;
      this.permit = permit;
      this.reserved = reserved;
      this.spend = spend;
    }

    void answered(ChatReply reply, Duration took) {
      told = true;
      breaker.succeeded(took);
      permit.answered(reply.onWire(), reply.completionTokens());
      reserved.settle(reply.tokens());
      estimate.learn(request, reply);
      var used = estimate.used(request, reply);
      double cost = terms.cost(used.prompt(), used.completion());
      spend.add(used.sum(), cost);
      meters.answered(reply, cost);
    }

    void failed(ChatException e) {
      told = true;
      classify(e, permit, since(start));
      if (mayHaveAnswered(e)) {
        charge(estimate.of(request));
      }
    }

    /** The reader of a stream has seen enough after {@code chars} characters. */
    void left(int chars) {
      told = true;
      breaker.succeeded(since(start));
      var used = estimate.partly(request, chars);
      permit.answered(since(start), used.completion());
      reserved.settle(used.sum());
      charge(used);
    }

    @Override
    public void close() {
      if (!told) {
        breaker.gaveUp(since(start));
        charge(estimate.of(request)); // the caller went away; the server may go on
      }
      permit.close();
    }

    private void charge(TokenEstimate.Tokens tokens) {
      spend.add(tokens.sum(), terms.cost(tokens.prompt(), tokens.completion()));
    }
  }

  /** Whether a failed call may have cost an answer, which a hard limit must not overlook. */
  private static boolean mayHaveAnswered(ChatException e) {
    return switch (e.reason()) {
      case MALFORMED, TRUNCATED, TIMEOUT -> true;
      case DEADLINE -> e.attempts() > 0;
      case REFUSED,
          DENIED,
          CLOSED,
          BUDGET,
          UNREACHABLE,
          FAILED,
          OVERLOADED,
          BUSY,
          RESTING,
          SKIPPED ->
          false;
    };
  }

  /** Tells the limit and the breaker what the failure means to them. */
  private void classify(ChatException e, Permit permit, Duration took) {
    switch (e.reason()) {
      case OVERLOADED -> {
        permit.refused();
        if (permit.wasAlone()) {
          // No room for a single call is no matter of how many there are.
          breaker.failed(took, e);
        } else {
          breaker.gaveUp(took);
        }
      }
      case TIMEOUT -> {
        permit.refused();
        breaker.failed(took, e);
      }
      case UNREACHABLE, FAILED, MALFORMED, TRUNCATED -> breaker.failed(took, e);
      case REFUSED, DENIED, CLOSED, BUDGET, DEADLINE, BUSY, RESTING, SKIPPED ->
          breaker.gaveUp(took);
    }
  }

  private void waitBefore(
      int attempt, int attempts, ChatRequest request, int asked, ChatException e)
      throws InterruptedException {
    // A gate that is shut already has told so itself.
    if (e.attempts() > 0) {
      e.retryAfter().ifPresent(pace::shutFor);
    }
    if (!isCuredByTime(e.reason())) {
      throw asked == e.attempts() ? e : gaveUp(e, "", asked);
    }
    if (attempt >= attempts) {
      throw gaveUp(e, "; gave up after %d attempts".formatted(asked), asked);
    }
    // After a hint the gate waits, and adds the jitter.
    Duration wait = e.retryAfter().isPresent() ? Duration.ZERO : jitter.afterFailure(attempt);
    Duration needed = e.retryAfter().orElse(wait);
    Duration left = request.deadline().remaining(time);
    if (needed.compareTo(left) >= 0) {
      throw gaveUp(
          e,
          "; asking again in %s would miss the deadline, which is in %s".formatted(needed, left),
          asked);
    }
    sleeper.sleep(wait);
  }

  private static boolean isCuredByTime(Reason reason) {
    return switch (reason) {
      case UNREACHABLE, FAILED, OVERLOADED, TRUNCATED, TIMEOUT -> true;
      case REFUSED, DENIED, MALFORMED, CLOSED, BUDGET, DEADLINE, BUSY, RESTING, SKIPPED -> false;
    };
  }

  private static ChatException gaveUp(ChatException last, String how, int asked) {
    return new ChatException(
        last.getMessage() + how, last.reason(), asked, last.retryAfter().orElse(null), last);
  }

  private Duration since(long start) {
    return Duration.ofNanos(time.nanos() - start);
  }
}
