package dev.mama.matching;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A model's tokenizer and network on platform threads of its own, one per core, which put their
 * batches together from the texts of all callers.
 *
 * <p>A thread that is free takes what is waiting, at once: alone a text never waits for company,
 * and while all threads are busy company gathers by itself. It takes its share of all that waits,
 * so that the other threads have work too. A call goes to the end of the line after each batch, so
 * a short one does not wait for the end of a long one. Only texts of similar length go together,
 * because the shorter ones are padded to the longest.
 *
 * <p>Thread-safe.
 */
final class EncoderPool implements AutoCloseable {

  /** Texts may go together if the longer has at most twice the letters of the shorter, and this. */
  private static final int SLACK = 32;

  private final SentenceModel model;
  private final Tokens tokenizer;
  private final Network network;
  private final int dimension;
  private final int threads = Runtime.getRuntime().availableProcessors();
  private final ExecutorService pool;

  /** A permit per call under way; whoever closes takes them all. */
  private final Semaphore inUse = new Semaphore(Integer.MAX_VALUE);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final ArrayDeque<Call> line = new ArrayDeque<>(); // guarded by lock
  private int waiting; // guarded by lock: texts of the calls in line
  private volatile boolean closed;

  /** How many threads are in the network. */
  private final AtomicInteger running = new AtomicInteger();

  private final LongAdder texts = new LongAdder();
  private final LongAdder tokens = new LongAdder();
  private final LongAdder batches = new LongAdder();
  private final LongAdder tokenizeNanos = new LongAdder();
  private final LongAdder runNanos = new LongAdder();

  /** Takes both parts over, and closes them also when this fails. */
  private EncoderPool(SentenceModel model, Tokens tokenizer, Network network) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.network = network;
    try {
      dimension = trial();
    } catch (RuntimeException e) {
      network.close();
      tokenizer.close();
      throw e;
    }
    pool =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().name("mama-encoder-", 1).daemon().factory());
    for (int i = 0; i < threads; i++) {
      pool.execute(this::work);
    }
  }

  /** Loads the tokenizer, then the network; nothing stays loaded if one of them fails. */
  static EncoderPool open(SentenceModel model, Function<SentenceModel, Network> load) {
    Tokens tokenizer = Tokens.load(model);
    Network network;
    try {
      network = load.apply(model);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
    return new EncoderPool(model, tokenizer, network);
  }

  /** Shows whether network and tokenizer fit; the first runs also make the engine ready. */
  private int trial() {
    long[] ids = tokenizer.of("A trial shows whether graph and tokenizer fit.");
    var mask = new long[ids.length];
    Arrays.fill(mask, 1);
    int width = network.run(ids, mask, 1, ids.length).length / ids.length;
    if (width < 1) {
      throw new ModelException(
          model.name(), "gave no values for %d tokens".formatted(ids.length), null);
    }
    network.runAlone(ids, mask);
    return width;
  }

  int dimension() {
    return dimension;
  }

  String engine() {
    return network.engine();
  }

  EncoderFigures figures() {
    return new EncoderFigures(
        texts.sum(),
        tokens.sum(),
        batches.sum(),
        tokenizer.truncated(),
        tokenizeNanos.sum(),
        runNanos.sum());
  }

  /** How many texts wait for a thread. */
  int waiting() {
    lock.lock();
    try {
      return waiting;
    } finally {
      lock.unlock();
    }
  }

  float[][] encode(List<String> wanted) throws InterruptedException {
    List<String> checked = List.copyOf(wanted);
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
      return checked.isEmpty() ? new float[0][] : await(new Call(checked));
    } finally {
      inUse.release();
    }
  }

  private float[][] await(Call call) throws InterruptedException {
    lock.lock();
    try {
      line.add(call);
      waiting += call.left();
      work.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      return call.answer.get();
    } catch (InterruptedException e) {
      call.answer.cancel(false);
      throw e;
    } catch (ExecutionException e) {
      throw new ModelException(
          model.name(), "failed to encode %d texts".formatted(call.texts.size()), e.getCause());
    }
  }

  private void work() {
    for (List<Item> batch = next(); !batch.isEmpty(); batch = next()) {
      try {
        encodeBatch(batch);
      } catch (Throwable e) { // whatever it is, the callers must not wait for ever
        encodeApart(batch, e);
      }
    }
  }

  /** What to do next; waits for it. Nothing once the encoder is closed. */
  private List<Item> next() {
    lock.lock();
    try {
      var batch = new ArrayList<Item>();
      while (batch.isEmpty()) {
        while (line.isEmpty()) {
          if (closed) {
            return batch;
          }
          work.awaitUninterruptibly();
        }
        fill(batch);
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void fill(List<Item> batch) {
    int room = Math.clamp(Math.ceilDiv(waiting, threads), 1, network.largestBatch());
    for (int calls = line.size(); calls > 0 && batch.size() < room; calls--) {
      Call call = line.remove();
      if (call.answer.isDone()) {
        waiting -= call.left(); // its caller has left
        continue;
      }
      while (call.left() > 0 && batch.size() < room && fits(call.nextLength(), batch)) {
        batch.add(call.take());
        waiting--;
      }
      if (call.left() > 0) {
        line.add(call);
      }
    }
  }

  private static boolean fits(int length, List<Item> batch) {
    if (batch.isEmpty()) {
      return true;
    }
    int first = batch.getFirst().text().length();
    return Math.max(length, first) <= 2L * Math.min(length, first) + SLACK;
  }

  private void encodeBatch(List<Item> batch) {
    long start = System.nanoTime();
    long[][] cut = batch.stream().map(item -> tokenizer.of(item.text())).toArray(long[][]::new);
    long tokenized = System.nanoTime();
    int longest = Arrays.stream(cut).mapToInt(ids -> ids.length).max().orElseThrow();
    var ids = new long[cut.length * longest];
    var mask = new long[ids.length];
    for (int i = 0; i < cut.length; i++) {
      System.arraycopy(cut[i], 0, ids, i * longest, cut[i].length);
      Arrays.fill(mask, i * longest, i * longest + cut[i].length, 1);
    }
    float[] states = run(ids, mask, cut.length, longest);
    if (states.length != ids.length * dimension) {
      throw new ModelException(
          model.name(),
          "gave %d values for %d tokens; expected %d each"
              .formatted(states.length, ids.length, dimension),
          null);
    }
    var vectors = new float[cut.length][dimension];
    for (int i = 0; i < cut.length; i++) {
      model.pooling().pool(states, i * longest * dimension, cut[i].length, vectors[i]);
      scaleToUnit(vectors[i]);
    }
    runNanos.add(System.nanoTime() - tokenized);
    tokenizeNanos.add(tokenized - start);
    texts.add(vectors.length);
    tokens.add(Arrays.stream(mask).sum());
    batches.increment();
    for (int i = 0; i < vectors.length; i++) {
      batch.get(i).answer(vectors[i]);
    }
  }

  private float[] run(long[] ids, long[] mask, int texts, int tokens) {
    boolean alone = running.getAndIncrement() == 0 && texts == 1 && waiting() == 0;
    try {
      return alone ? network.runAlone(ids, mask) : network.run(ids, mask, texts, tokens);
    } finally {
      running.decrementAndGet();
    }
  }

  /** One caller's failure is not the others': each call of a failed batch tries by itself. */
  private void encodeApart(List<Item> batch, Throwable failure) {
    List<Call> calls = batch.stream().map(Item::call).distinct().toList();
    for (Call call : calls) {
      if (calls.size() == 1) {
        call.answer.completeExceptionally(failure);
        return;
      }
      try {
        encodeBatch(batch.stream().filter(item -> item.call() == call).toList());
      } catch (Throwable e) { // as in work()
        call.answer.completeExceptionally(e);
      }
    }
  }

  private void scaleToUnit(float[] vector) {
    double square = 0;
    for (float value : vector) {
      square += (double) value * value;
    }
    if (!(square > 0 && square < Double.POSITIVE_INFINITY)) {
      throw new ModelException(
          model.name(),
          "gave a vector of length %s; its graph is broken".formatted(Math.sqrt(square)),
          null);
    }
    double scale = 1 / Math.sqrt(square);
    for (int d = 0; d < vector.length; d++) {
      vector[d] = (float) (vector[d] * scale);
    }
  }

  /** Waits for the calls under way, then ends the threads and frees the model. */
  @Override
  public void close() {
    closed = true;
    inUse.acquireUninterruptibly(Integer.MAX_VALUE);
    try {
      if (!pool.isShutdown()) {
        lock.lock();
        try {
          line.clear(); // calls whose callers have left
          work.signalAll();
        } finally {
          lock.unlock();
        }
        pool.close();
        network.close();
        tokenizer.close();
      }
    } finally {
      inUse.release(Integer.MAX_VALUE);
    }
  }

  private record Item(Call call, int index) {
    String text() {
      return call.texts.get(index);
    }

    void answer(float[] vector) {
      call.answer(index, vector);
    }
  }

  /** One caller's texts, longest first. Its cursor is guarded by the pool's lock. */
  private static final class Call {

    private final List<String> texts;
    private final int[] order;
    private int taken;
    private final float[][] vectors;
    private int answered; // guarded by this
    private final CompletableFuture<float[][]> answer = new CompletableFuture<>();

    Call(List<String> texts) {
      this.texts = texts;
      vectors = new float[texts.size()][];
      order =
          IntStream.range(0, texts.size())
              .boxed()
              .sorted(Comparator.comparingInt(i -> -texts.get(i).length()))
              .mapToInt(i -> i)
              .toArray();
    }

    int left() {
      return order.length - taken;
    }

    int nextLength() {
      return texts.get(order[taken]).length();
    }

    Item take() {
      return new Item(this, order[taken++]);
    }

    synchronized void answer(int index, float[] vector) {
      vectors[index] = vector;
      if (++answered == vectors.length) {
        answer.complete(vectors);
      }
    }
  }
}
