package dev.mama.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.bench.soak.Resource.Finding;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rule by which a soak finds leaks: on series drawn, and in this process. */
class LeakTest {

  private static final int READINGS = 24;

  /** Of each kind and reading; far above what the tests before this one still let go meanwhile. */
  private static final int KEPT = 8;

  private static final int MIB = 1 << 20;
  private static final long SECOND = 1_000_000_000;

  @TempDir Path folder;

  private static List<Reading> heap(int count, IntToDoubleFunction mib) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Reading(i, mib.applyAsDouble(i) * MIB, -1, 30, 40, 0, 0, i, 0))
        .toList();
  }

  private static Finding judged(int count, IntToDoubleFunction mib) {
    return Resource.HEAP.judge(heap(count, mib)).finding();
  }

  @Test
  void judge_growthInNoise_isALeak() {
    var random = new SplittableRandom(1);
    assertThat(judged(120, i -> 100 + 0.5 * i + 5 * random.nextGaussian())).isEqualTo(Finding.LEAK);
  }

  @Test
  void judge_poolThatFills_isNone() {
    var random = new SplittableRandom(2);
    assertThat(judged(120, i -> 200 - 150 * Math.exp(-i / 15.0) + random.nextGaussian()))
        .isEqualTo(Finding.STEADY);
  }

  @Test
  void judge_growthBelowWhatIsAllowed_isNone() {
    assertThat(judged(120, i -> 100 + 0.01 * i)).isEqualTo(Finding.STEADY);
  }

  @Test
  void judge_noiseThatIsLikeItsNeighbours_isNone() {
    for (int seed = 0; seed < 200; seed++) {
      var random = new SplittableRandom(seed);
      double[] value = {0};
      assertThat(
              judged(
                  120,
                  i -> {
                    value[0] = 0.8 * value[0] + 5 * random.nextGaussian();
                    return 100 + value[0];
                  }))
          .as("seed %d", seed)
          .isEqualTo(Finding.STEADY);
    }
  }

  @Test
  void judge_fewReadings_isUndecided() {
    assertThat(judged(14, i -> 100 + 100 * i)).isEqualTo(Finding.UNDECIDED);
  }

  @Test
  void watch_processThatLetsNothingGo_leaksEachResource() throws Exception {
    List<byte[]> heap = new ArrayList<>();
    List<FileChannel> files = new ArrayList<>();
    var end = new CountDownLatch(1);
    Path file = Files.createFile(folder.resolve("file"));
    try (var watch = new Watch(() -> heap.size(), () -> 0, () -> SECOND * heap.size())) {
      for (int i = 0; i < READINGS; i++) {
        heap.add(new byte[KEPT * MIB]);
        var started = new CountDownLatch(KEPT);
        for (int k = 0; k < KEPT; k++) {
          files.add(FileChannel.open(file, StandardOpenOption.READ));
          Thread.ofPlatform().daemon().start(() -> park(started, end));
        }
        started.await();
        watch.read();
      }
      for (Resource resource : List.of(Resource.HEAP, Resource.THREADS, Resource.DESCRIPTORS)) {
        assertThat(resource.judge(watch.readings()).finding())
            .as("%s of %s", resource, watch.readings())
            .isEqualTo(Finding.LEAK);
      }
      assertThat(heap).hasSize(READINGS);
    } finally {
      end.countDown();
      for (FileChannel each : files) {
        each.close();
      }
    }
  }

  @Test
  void watch_processThatLetsAllGo_leaksNothing() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    long bytes = 0;
    var time = new AtomicLong();
    try (var watch = new Watch(() -> 0, () -> 0, time::get)) {
      for (int i = 0; i < READINGS; i++) {
        bytes += new byte[KEPT * MIB].length;
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
          bytes += channel.size();
        }
        var thread = Thread.ofPlatform().start(() -> {});
        thread.join();
        time.addAndGet(SECOND);
        watch.read();
      }
      for (Resource resource : List.of(Resource.HEAP, Resource.THREADS, Resource.DESCRIPTORS)) {
        assertThat(resource.judge(watch.readings()).finding())
            .as("%s of %s", resource, watch.readings())
            .isEqualTo(Finding.STEADY);
      }
    }
    assertThat(bytes).isEqualTo((long) KEPT * MIB * READINGS);
  }

  private static void park(CountDownLatch started, CountDownLatch end) {
    started.countDown();
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
