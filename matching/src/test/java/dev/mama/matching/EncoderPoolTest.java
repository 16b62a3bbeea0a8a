package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.mama.minilm.MiniLm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How batches are put together, on a real tokenizer and a network that does as told. */
@Timeout(60)
final class EncoderPoolTest {

  private static final SentenceModel MODEL =
      SentenceModel.of("told", MiniLm.graph(), MiniLm.tokenizer(), 256);

  /** What "poison" becomes: a word the network fails at. */
  private static final int POISON = 9947;

  /** Fails at poison; its states are the token ids. It notes the batches it gets. */
  private static class ToldNetwork implements Network {
    final CountDownLatch mayRun = new CountDownLatch(1);
    final AtomicInteger held = new AtomicInteger();
    final AtomicInteger alone = new AtomicInteger();
    final List<Integer> batches = new ArrayList<>();
    final List<Integer> padding = new ArrayList<>();
    volatile boolean holds;

    @Override
    public String engine() {
      return "none";
    }

    @Override
    public int largestBatch() {
      return 16;
    }

    @Override
    public float[] run(long[] ids, long[] mask, int texts, int tokens) {
      synchronized (this) {
        batches.add(texts);
        padding.add((int) Arrays.stream(mask).filter(m -> m == 0).count());
      }
      if (holds) {
        held.addAndGet(texts);
        try {
          mayRun.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      if (Arrays.stream(ids).anyMatch(id -> id == POISON)) {
        throw new IllegalArgumentException("poison");
      }
      var states = new float[ids.length];
      for (int i = 0; i < ids.length; i++) {
        states[i] = ids[i];
      }
      return states;
    }

    @Override
    public float[] runAlone(long[] ids, long[] mask) {
      alone.incrementAndGet();
      return Network.super.runAlone(ids, mask);
    }

    @Override
    public void close() {}
  }

  @Test
  void encode_oneTextAfterTheOther_areAlone() throws Exception {
    var network = new ToldNetwork();
    try (var pool = EncoderPool.open(MODEL, model -> network)) {
      network.alone.set(0); // the trial's
      for (int i = 0; i < 100; i++) {
        pool.encode(List.of("a text"));
      }
    }
    assertThat(network.alone).hasValue(100);
  }

  @Test
  void encode_whileAnotherTextIsInWork_isNotAlone() throws Exception {
    assumeThat(Runtime.getRuntime().availableProcessors()).isGreaterThan(1);
    var network = new ToldNetwork();
    try (var pool = EncoderPool.open(MODEL, model -> network);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      network.alone.set(0); // the trial's
      network.holds = true;
      var first = threads.submit(() -> pool.encode(List.of("a text")));
      await().until(() -> network.held.get() == 1);
      var second = threads.submit(() -> pool.encode(List.of("another")));
      await().until(() -> network.held.get() == 2);
      network.mayRun.countDown();
      first.get();
      second.get();
    }
    assertThat(network.alone).hasValue(1);
  }

  @Test
  void encode_manyCallers_shareBatches() throws Exception {
    var network = new ToldNetwork();
    int callers = 16 * Runtime.getRuntime().availableProcessors();
    try (var pool = EncoderPool.open(MODEL, model -> network);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      network.holds = true;
      var answers = new ArrayList<Future<float[][]>>();
      for (int i = 0; i < callers; i++) {
        answers.add(threads.submit(() -> pool.encode(List.of("a text"))));
      }
      await().until(() -> pool.waiting() + network.held.get() == callers);
      network.mayRun.countDown();
      for (Future<float[][]> answer : answers) {
        assertThat(answer.get()).hasNumberOfRows(1);
      }
      assertThat(pool.figures().texts()).isEqualTo(callers);
      assertThat(pool.figures().batches()).isLessThanOrEqualTo(callers / 2);
    }
  }

  @Test
  void encode_shortAndLongTexts_areNotPaddedToTheLongest() throws Exception {
    var network = new ToldNetwork();
    var texts = new ArrayList<String>();
    for (int i = 0; i < 64; i++) {
      texts.add(i % 2 == 0 ? "short" : "quite a long text ".repeat(20));
    }
    try (var pool = EncoderPool.open(MODEL, model -> network)) {
      pool.encode(texts);
    }
    assertThat(network.padding).containsOnly(0);
    assertThat(network.batches).anyMatch(size -> size > 1).allMatch(size -> size <= 16);
  }

  @Test
  void encode_oneCallersTextFails_onlyThatCallerFails() throws Exception {
    var network = new ToldNetwork();
    try (var pool = EncoderPool.open(MODEL, model -> network);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      network.holds = true;
      var good = new ArrayList<Future<float[][]>>();
      for (int i = 0; i < 8; i++) {
        good.add(threads.submit(() -> pool.encode(List.of("bread"))));
      }
      var bad = threads.submit(() -> pool.encode(List.of("poison")));
      network.mayRun.countDown();
      for (Future<float[][]> answer : good) {
        assertThat(answer.get()).hasNumberOfRows(1);
      }
      assertThatThrownBy(bad::get)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("failed to encode 1 texts")
          .hasRootCauseMessage("poison");
    }
  }

  @Test
  void open_networkGivesNothing_isRefused() {
    var nothing =
        new ToldNetwork() {
          @Override
          public float[] run(long[] ids, long[] mask, int texts, int tokens) {
            return new float[0];
          }
        };
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> EncoderPool.open(MODEL, model -> nothing))
        .withMessageContaining("gave no values");
  }
}
