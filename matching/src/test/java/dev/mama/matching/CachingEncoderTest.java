package dev.mama.matching;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.spi.SentenceEncoder;
import dev.mama.testkit.HashingEncoder;
import dev.mama.testkit.SentenceEncoderContract;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is known is not encoded again, in memory; the file has a test of its own. */
@Timeout(60)
final class CachingEncoderTest extends SentenceEncoderContract {

  private static final int MIB = 1 << 20;

  /** Counts the texts it is asked for; waits, or fails, when told. */
  static final class CountingEncoder implements SentenceEncoder {
    private final SentenceEncoder real = new HashingEncoder();
    final AtomicInteger texts = new AtomicInteger();
    volatile CountDownLatch mayEncode = new CountDownLatch(0);
    volatile boolean fails;

    @Override
    public String name() {
      return "counting " + real.name();
    }

    @Override
    public int dimension() {
      return real.dimension();
    }

    @Override
    public float[][] encode(List<String> wanted) throws InterruptedException {
      texts.addAndGet(wanted.size());
      mayEncode.await();
      if (fails) {
        throw new ModelException("counting", "fails as told", null);
      }
      return real.encode(wanted);
    }

    @Override
    public void close() {
      real.close();
    }
  }

  private CountingEncoder encoder = new CountingEncoder();

  @BeforeEach
  void newCountingEncoder() {
    encoder = new CountingEncoder(); // all tests of a contract share one instance of the class
  }

  @Override
  protected SentenceEncoder newEncoder() {
    return CachingEncoder.of(new HashingEncoder(), MIB);
  }

  @Test
  void encode_knownText_isNotEncodedAgain() throws Exception {
    var cache = CachingEncoder.of(encoder, MIB);
    float[][] first = cache.encode(List.of("one", "two", "one"));
    float[][] second = cache.encode(List.of("two", "three", "one"));
    assertThat(encoder.texts).hasValue(3);
    assertThat(second[0]).isEqualTo(first[1]);
    assertThat(second[2]).isEqualTo(first[0]).isEqualTo(first[2]);
    assertThat(cache.figures()).isEqualTo(new CachingEncoder.Figures(2, 0, 0, 3, 0));
  }

  @Test
  void encode_loneSurrogates_areDifferentTexts() {
    assertThat(TextKey.of("a\ud83d")).isNotEqualTo(TextKey.of("a\ud83e"));
    assertThat(TextKey.of("a\ud83d")).isNotEqualTo(TextKey.of("a?"));
  }

  /** Files of vectors hold these keys. */
  @Test
  void key_isTheHeadOfTheHashOfTheUtf16Units() {
    assertThat(TextKey.of("a\u00e9\ud83d\ude00"))
        .isEqualTo(new TextKey(0x3f158a11b126acd7L, 0x5361b98805ba76f7L));
  }

  @Test
  void encode_moreThanFits_staysWithinItsBound() throws Exception {
    int room = 10;
    var cache = CachingEncoder.of(encoder, room * (160L + 4L * encoder.dimension()));
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 100; i++) {
        cache.encode("text " + i);
      }
    }
    assertThat(encoder.texts.get()).isGreaterThanOrEqualTo(200 - 2 * room);
    assertThat(cache.figures().inMemory()).isEqualTo(200 - encoder.texts.get());
  }

  @Test
  void of_noRoomForAVector_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CachingEncoder.of(encoder, 100))
        .withMessageContaining("maxBytes of the vector cache is 100");
  }

  @Test
  void encode_manyCallersOneText_encodeItOnce() throws Exception {
    var cache = CachingEncoder.of(encoder, MIB);
    encoder.mayEncode = new CountDownLatch(1);
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<Future<float[]>>();
      for (int i = 0; i < 50; i++) {
        answers.add(callers.submit(() -> cache.encode("asked for by all")));
      }
      await().until(() -> encoder.texts.get() == 1);
      encoder.mayEncode.countDown();
      for (Future<float[]> answer : answers) {
        assertThat(answer.get(30, SECONDS)).isEqualTo(cache.encode("asked for by all"));
      }
    }
    assertThat(encoder.texts).hasValue(1);
  }

  @Test
  void encode_firstCallerLeaves_theOthersEncodeIt() throws Exception {
    var cache = CachingEncoder.of(encoder, MIB);
    encoder.mayEncode = new CountDownLatch(1);
    var first = new FutureTask<>(() -> cache.encode("a text"));
    Thread leaving = Thread.ofVirtual().start(first);
    await().until(() -> encoder.texts.get() == 1);
    var second = new FutureTask<>(() -> cache.encode("a text"));
    Thread staying = Thread.ofVirtual().start(second);
    await().until(() -> staying.getState() == Thread.State.WAITING);

    leaving.interrupt();
    assertThatThrownBy(() -> first.get(30, SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    encoder.mayEncode.countDown();

    assertThat(second.get(30, SECONDS)).hasSize(encoder.dimension());
    assertThat(encoder.texts).hasValue(2);
  }

  @Test
  void encode_encoderFails_tellsAndTriesAgainNextTime() throws Exception {
    var cache = CachingEncoder.of(encoder, MIB);
    encoder.fails = true;
    assertThatThrownBy(() -> cache.encode("a text")).isInstanceOf(ModelException.class);
    encoder.fails = false;
    assertThat(cache.encode("a text")).hasSize(encoder.dimension());
  }

  @Test
  void close_leavesTheEncoderOpen() throws Exception {
    var cache = CachingEncoder.of(encoder, MIB);
    cache.close();
    assertThatIllegalStateException().isThrownBy(() -> cache.encode("too late"));
    assertThat(encoder.encode("still there")).hasSize(encoder.dimension());
  }
}
