package dev.mama.matching;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How callers wait for an encoder, and what an interrupt and a close do to them. */
@Timeout(120)
final class OnnxSentenceEncoderCallersTest {

  /** Twenty full batches for every thread of the encoder: work for about a second. */
  private static final List<String> MANY =
      IntStream.range(0, 20 * 16 * Runtime.getRuntime().availableProcessors())
          .mapToObj(i -> "a text of moderate length, and the number of it is " + i)
          .toList();

  private OnnxSentenceEncoder encoder;

  @BeforeEach
  void open() {
    encoder = OnnxSentenceEncoderTest.miniLm();
  }

  @AfterEach
  void close() {
    encoder.close();
  }

  @Test
  void encode_interruptedWhileWaiting_leavesAndTheEncoderGoesOn() throws Exception {
    float[] expected = encoder.encode("what others see");
    var encoding = new FutureTask<>(() -> encoder.encode(MANY));
    Thread caller = startAndAwaitWaiting(encoding);

    caller.interrupt();

    assertThatThrownBy(() -> encoding.get(60, SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    assertThat(encoder.encode("what others see")).isEqualTo(expected);
  }

  @Test
  void encode_shortCallDuringALongOne_isAnsweredBeforeIt() throws Exception {
    var encoding = new FutureTask<>(() -> encoder.encode(MANY));
    startAndAwaitWaiting(encoding);

    encoder.encode("just this");

    assertThat(encoding.isDone()).as("the long call is done").isFalse();
    assertThat((Object[]) encoding.get(60, SECONDS)).hasSize(MANY.size()).doesNotContainNull();
  }

  @Test
  void close_whileEncoding_waitsForTheAnswer() throws Exception {
    var encoding = new FutureTask<>(() -> encoder.encode(MANY));
    startAndAwaitWaiting(encoding);

    encoder.close();

    assertThat((Object[]) encoding.get(60, SECONDS)).hasSize(MANY.size()).doesNotContainNull();
  }

  @Test
  void encode_afterClose_isRefused() {
    encoder.close();
    encoder.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> encoder.encode("too late"))
        .withMessageContaining("closed");
  }

  /** Starts {@code encoding} on a virtual thread and returns when that waits for the encoder. */
  private static Thread startAndAwaitWaiting(FutureTask<float[][]> encoding) {
    Thread caller = Thread.ofVirtual().start(encoding);
    await().until(() -> caller.getState() == Thread.State.WAITING);
    return caller;
  }
}
