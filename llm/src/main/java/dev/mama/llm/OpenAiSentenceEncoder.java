package dev.mama.llm;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatMessage;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.Deadline;
import dev.mama.Time;
import dev.mama.spi.SentenceEncoder;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A sentence encoder behind a server that speaks OpenAI's embeddings ({@code POST /v1/embeddings}),
 * over the lane that chats take: pooled, admitted, paced, tried again.
 *
 * <p>Texts go in batches of {@value #BATCH}, several batches at once. A text is cut after {@value
 * #MOST_CHARS} characters, since servers refuse what their model cannot take; a half of a surrogate
 * pair, which JSON cannot carry, becomes U+FFFD. What the server sends is scaled to unit length. A
 * call takes at most the endpoint's {@link LlmEndpoint#requestTimeout} three times, and fails with
 * a {@link ChatException} where the server does not answer.
 *
 * <p>Thread-safe.
 */
public final class OpenAiSentenceEncoder implements SentenceEncoder {

  private static final int BATCH = 32;
  private static final int MOST_CHARS = 16_000;
  private static final int ATTEMPTS = 3;

  private final LlmEndpoint endpoint;
  private final EmbeddingsCall call;
  private final LlmMeters meters;
  private final ModelLane lane;
  private final Time time = Time.system();
  private final CountDownLatch closing = new CountDownLatch(1);
  private int dimension;

  private OpenAiSentenceEncoder(LlmEndpoint endpoint, LlmTerms terms, MeterRegistry registry) {
    this.endpoint = endpoint;
    this.call = new EmbeddingsCall(OpenAiChatModel.connect(endpoint, time));
    this.meters = new LlmMeters(registry);
    var jitter =
        new Jitter(
            new SplittableRandom(System.nanoTime()),
            Duration.ofMillis(500),
            Duration.ofSeconds(20));
    this.lane =
        new ModelLane(
            endpoint,
            terms,
            call,
            new ModelLane.Shared(ATTEMPTS, BreakerOptions.DEFAULT, jitter, this::sleep, time),
            meters.new Lane(endpoint.model(), endpoint.baseUrl().getAuthority(), 1));
  }

  /** The model at {@code endpoint} without limits per minute; otherwise as the next one. */
  public static OpenAiSentenceEncoder connect(LlmEndpoint endpoint) throws InterruptedException {
    return connect(endpoint, LlmTerms.FREE, new SimpleMeterRegistry());
  }

  /**
   * The model at {@code endpoint}, asked once for the length of its vectors.
   *
   * @throws ChatException if it does not answer
   */
  public static OpenAiSentenceEncoder connect(
      LlmEndpoint endpoint, LlmTerms terms, MeterRegistry registry) throws InterruptedException {
    var encoder = new OpenAiSentenceEncoder(endpoint, terms, registry);
    boolean open = false;
    try {
      encoder.dimension = encoder.batch(List.of("dimension"))[0].length;
      open = true;
      return encoder;
    } finally {
      if (!open) {
        encoder.close();
      }
    }
  }

  @Override
  public String name() {
    return "%s at %s".formatted(endpoint.model(), endpoint.baseUrl());
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public float[][] encode(List<String> texts) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before encoding");
    }
    if (closing.getCount() == 0) {
      throw new IllegalStateException("encoder '%s' is closed".formatted(name()));
    }
    var clean = new ArrayList<String>();
    for (String text : texts) {
      if (text.isBlank()) {
        throw new IllegalArgumentException(
            "text %d of %d is blank; a text to encode must say something"
                .formatted(clean.size(), texts.size()));
      }
      clean.add(sendable(text));
    }
    return clean.size() <= BATCH ? batch(clean) : batches(clean);
  }

  /** Calls under way fail. */
  @Override
  public void close() {
    closing.countDown();
    lane.close();
    meters.close();
  }

  private float[][] batches(List<String> texts) throws InterruptedException {
    var vectors = new ArrayList<float[]>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var parts = new ArrayList<Future<float[][]>>();
      for (int from = 0; from < texts.size(); from += BATCH) {
        List<String> part = texts.subList(from, Math.min(texts.size(), from + BATCH));
        parts.add(threads.submit(() -> batch(part)));
      }
      boolean done = false;
      try {
        for (Future<float[][]> part : parts) {
          vectors.addAll(List.of(part.get()));
        }
        done = true;
      } finally {
        if (!done) {
          threads.shutdownNow();
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ChatException failure) {
        throw new ChatException(
            String.valueOf(failure.getMessage()),
            failure.reason(),
            failure.attempts(),
            failure.retryAfter().orElse(null),
            failure);
      }
      throw new IllegalStateException("a batch of texts was not encoded", e);
    }
    return vectors.toArray(new float[0][]);
  }

  private float[][] batch(List<String> texts) throws InterruptedException {
    if (texts.isEmpty()) {
      return new float[0][];
    }
    var request = ChatRequest.of(texts.stream().map(ChatMessage::user).toList()).maxTokens(1);
    var deadline = Deadline.after(endpoint.requestTimeout().multipliedBy(ATTEMPTS), time);
    ChatReply reply =
        lane.chat(request.within(request.trace(), deadline), ATTEMPTS, (tokens, money) -> {});
    return call.vectors(reply, texts.size());
  }

  private static String sendable(String text) {
    int end = Math.min(text.length(), MOST_CHARS);
    if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    var clean = new StringBuilder(end);
    text.substring(0, end)
        .codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }

  private void sleep(Duration wait) throws InterruptedException {
    if (closing.await(wait.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new ChatException("encoder '%s' is closed".formatted(name()), Reason.CLOSED);
    }
  }
}
