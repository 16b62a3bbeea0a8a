package dev.mama.marl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.registry.InMemoryTrustLedger;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A learner in a process of its own that is killed by force in the middle of a round. */
class LearnerKillTest {

  private static final int ROUNDS = 4;
  private static final String IN_ROUND_3 = "in round 3";

  @TempDir private Path folder;

  @Test
  void learn_killedInARound_goesOnToTheSameBits() throws Exception {
    Path killed = folder.resolve("killed");
    Process child = start(killed);
    try (var output = new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8))) {
      String line = output.readLine();
      while (line != null && !line.equals(IN_ROUND_3)) {
        line = output.readLine();
      }
      assertThat(line).as("the child came to its third round").isEqualTo(IN_ROUND_3);
    } finally {
      child.destroyForcibly();
      assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(child.exitValue()).isNotZero();
    Checkpoint left =
        Checkpoint.read(
                killed.resolve("checkpoint.safetensors"),
                Learner.key(LearnerTest.options(ROUNDS), LearnerTest.WORLDS, null))
            .orElseThrow();
    assertThat(left.round()).isEqualTo(2);

    var played = new AtomicInteger();
    PolicyFile resumed = learner(killed, played).learn("small", "none");
    int ofTwoRounds = played.get();
    PolicyFile whole = learner(folder.resolve("whole"), played).learn("small", "none");
    assertThat(resumed.network().parameters()).isEqualTo(whole.network().parameters());
    assertThat(resumed.name()).isEqualTo(whole.name());
    assertThat(ofTwoRounds).as("it did not begin anew").isLessThan(played.get() / 3);
    assertThat(killed.resolve("curve.csv"))
        .hasSameTextualContentAs(folder.resolve("whole/curve.csv"));
  }

  private static Learner learner(Path folder, AtomicInteger played) {
    var trials =
        new Trials((halfLife, time) -> {
          played.incrementAndGet();
          return InMemoryTrustLedger.create(halfLife, time);
        });
    return new Learner(
        LearnerTest.options(ROUNDS), trials, LearnerTest.WORLDS, folder, (at, of, step) -> {});
  }

  private static Process start(Path folder) throws IOException {
    Files.createDirectories(folder);
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Learning.class.getName(),
            folder.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** The process: learns until it plays its third round, says so, and waits to be killed. */
  static final class Learning {

    private Learning() {}

    public static void main(String[] arguments) throws InterruptedException {
      var hasBegun = new AtomicBoolean();
      var trials =
          new Trials((halfLife, time) -> {
            if (hasBegun.get()) {
              System.out.println(IN_ROUND_3);
              waitForEver();
            }
            return InMemoryTrustLedger.create(halfLife, time);
          });
      new Learner(
              LearnerTest.options(ROUNDS),
              trials,
              LearnerTest.WORLDS,
              Path.of(arguments[0]),
              (round, rounds, step) -> hasBegun.set(round == 2))
          .learn("small", "none");
    }

    private static void waitForEver() {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts it", e);
      }
    }
  }
}
