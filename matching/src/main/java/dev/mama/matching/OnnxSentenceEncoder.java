package dev.mama.matching;

import dev.mama.spi.SentenceEncoder;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * A sentence model of the BERT family in an ONNX graph, run by ONNX Runtime through DJL.
 *
 * <p>A text's vector is the mean of its tokens' last hidden states, scaled to unit length, as in
 * Sentence-BERT (Reimers and Gurevych, 2019). It is the same alone and in a batch, up to the
 * rounding of fp32.
 *
 * <p>Arithmetic runs on platform threads of the encoder's own, one per core; callers wait, and an
 * interrupted caller leaves at once, its remaining work undone. Concurrent calls take turns batch
 * by batch, so a short one does not wait for the end of a long one.
 *
 * <p>Nothing is downloaded: the first use sets the system properties {@code ai.djl.offline} and
 * {@code ai.djl.onnx.disable_alternative} to true where they are not set. ONNX Runtime's
 * environment belongs to whoever starts it first in a JVM, and DJL insists on being first.
 *
 * <p>Thread-safe.
 */
public final class OnnxSentenceEncoder implements SentenceEncoder {

  private static final int LARGEST_BATCH = 16;

  private final BertModel model;
  private final int threads = Runtime.getRuntime().availableProcessors();
  private final ExecutorService pool =
      Executors.newFixedThreadPool(
          threads, Thread.ofPlatform().name("mama-encoder-", 1).daemon().factory());

  /** A permit per call under way; whoever closes takes them all. */
  private final Semaphore inUse = new Semaphore(Integer.MAX_VALUE);

  private volatile boolean closed;

  private OnnxSentenceEncoder(BertModel model) {
    this.model = model;
  }

  /**
   * Loads a model, about a second's work, on the calling thread.
   *
   * @param name model and precision, for reports, such as {@code all-MiniLM-L6-v2 fp32}
   * @param graph the ONNX graph: inputs {@code input_ids}, {@code attention_mask}, {@code
   *     token_type_ids} (int64 [texts, tokens]), output {@code last_hidden_state} (float [texts,
   *     tokens, dimension]); copied to a temporary file while it loads, unless it is a file
   * @param tokenizer the tokenizer, in the form of Hugging Face's {@code tokenizer.json}; its own
   *     limit and padding are ignored
   * @param maxTokens where a text is cut, special tokens included; at least 3, at most what the
   *     model has positions for
   * @throws ModelException if a file is missing or broken, or the two do not fit; nothing stays
   *     loaded
   */
  public static OnnxSentenceEncoder open(String name, URL graph, URL tokenizer, int maxTokens) {
    if (maxTokens < 3) {
      throw new IllegalArgumentException(
          "maxTokens of model '%s' is %d; it must be at least 3, two of them the special tokens"
              .formatted(name, maxTokens));
    }
    return new OnnxSentenceEncoder(BertModel.load(name, graph, tokenizer, maxTokens));
  }

  /**
   * Loads {@code model.onnx} and {@code tokenizer.json} from {@code directory}, as {@link
   * #open(String, URL, URL, int)} does.
   */
  public static OnnxSentenceEncoder open(String name, Path directory, int maxTokens) {
    try {
      return open(
          name,
          directory.resolve("model.onnx").toUri().toURL(),
          directory.resolve("tokenizer.json").toUri().toURL(),
          maxTokens);
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(
          "model directory '%s' cannot be written as a URL".formatted(directory), e);
    }
  }

  @Override
  public String name() {
    return model.name();
  }

  @Override
  public int dimension() {
    return model.dimension();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the encoder is closed
   * @throws ModelException if the model fails
   */
  @Override
  public float[][] encode(List<String> texts) throws InterruptedException {
    List<String> checked = List.copyOf(texts);
    for (int i = 0; i < checked.size(); i++) {
      if (checked.get(i).isBlank()) {
        throw new IllegalArgumentException(
            "text %d of %d is blank; a text to encode must say something"
                .formatted(i, checked.size()));
      }
    }
    inUse.acquire();
    try {
      if (closed) {
        throw new IllegalStateException("encoder '%s' is closed".formatted(model.name()));
      }
      return new Call(checked).await();
    } finally {
      inUse.release();
    }
  }

  @Override
  public void close() {
    closed = true;
    inUse.acquireUninterruptibly(Integer.MAX_VALUE);
    try {
      if (!pool.isShutdown()) {
        pool.close();
        model.close();
      }
    } finally {
      inUse.release(Integer.MAX_VALUE);
    }
  }

  /**
   * One caller's texts, longest first so that texts of a batch need little padding.
   *
   * <p>It is in the pool's queue at most once per thread: after a batch it goes to the end of the
   * queue, behind other callers.
   */
  private final class Call implements Runnable {

    private final List<String> texts;
    private final List<Integer> order;
    private final int batchSize;
    private final AtomicInteger nextBatch = new AtomicInteger();
    private final AtomicInteger unfinished;
    private final float[][] vectors;
    private final CompletableFuture<float[][]> answer = new CompletableFuture<>();

    Call(List<String> texts) {
      this.texts = texts;
      order =
          IntStream.range(0, texts.size())
              .boxed()
              .sorted(Comparator.comparingInt(i -> -texts.get(i).length()))
              .toList();
      batchSize = Math.clamp(Math.ceilDiv(texts.size(), threads), 1, LARGEST_BATCH);
      unfinished = new AtomicInteger(texts.size());
      vectors = new float[texts.size()][];
    }

    float[][] await() throws InterruptedException {
      if (texts.isEmpty()) {
        return vectors;
      }
      for (int i = 0; i < threads; i++) {
        pool.execute(this);
      }
      try {
        return answer.get();
      } catch (InterruptedException e) {
        answer.cancel(false);
        throw e;
      } catch (ExecutionException e) {
        throw new ModelException(
            model.name(), "failed to encode %d texts".formatted(texts.size()), e.getCause());
      }
    }

    @Override
    public void run() {
      int from = nextBatch.getAndIncrement() * batchSize;
      if (from >= order.size() || answer.isDone()) {
        return;
      }
      try {
        List<Integer> batch = order.subList(from, Math.min(from + batchSize, order.size()));
        float[][] encoded = model.encode(batch.stream().map(texts::get).toList());
        for (int i = 0; i < encoded.length; i++) {
          vectors[batch.get(i)] = encoded[i];
        }
        if (unfinished.addAndGet(-batch.size()) == 0) {
          answer.complete(vectors);
        } else {
          pool.execute(this);
        }
      } catch (Throwable e) { // whatever it is, the caller must not wait for ever
        answer.completeExceptionally(e);
      }
    }
  }
}
