package dev.mama.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes: one is killed with -9, one finds the folder taken. */
@Timeout(120)
class JournalKillTest {

  private static final JournalOptions OPTIONS = new JournalOptions("kill", 1000, 4000, 20_000);

  @TempDir Path folder;

  @Test
  void open_afterKillsAtRandomPoints_hasWhatWasAcknowledged() throws Exception {
    var random = new Random(9);
    long acknowledged = 0;
    for (int round = 0; round < 5; round++) {
      long until = acknowledged + 1 + random.nextInt(3_000);
      acknowledged = Math.max(acknowledged, appendAndKill(until));
      try (var journal = Journal.open(folder, OPTIONS)) {
        assertThat(journal.nextSequence()).as("round %d", round).isGreaterThan(acknowledged);
        List<String> all = Texts.all(journal);
        for (int i = 0; i < all.size(); i++) {
          assertThat(all.get(i)).isEqualTo(record(i + 1));
        }
      }
    }
  }

  @Test
  void open_takenByAnotherProcess_isRefusedUntilThatHasDied() throws Exception {
    Process process = start();
    try (BufferedReader output = process.inputReader()) {
      output.readLine();
      assertThatThrownBy(() -> Journal.open(folder, OPTIONS))
          .isInstanceOfSatisfying(
              JournalException.class,
              e -> assertThat(e.fault()).isEqualTo(new JournalFault.InUse(folder)));
    } finally {
      kill(process);
    }
    Journal.open(folder, OPTIONS).close();
  }

  @Test
  void open_afterAnAttemptOfThisProcessWasRefused_isStillRefusedToOthers() throws Exception {
    try (var journal = Journal.open(folder, OPTIONS)) {
      assertThatThrownBy(() -> Journal.open(folder, OPTIONS)).isInstanceOf(JournalException.class);
      Process process = start();
      try (BufferedReader output = process.inputReader()) {
        assertThat(output.readLine()).isEqualTo("in use");
      } finally {
        kill(process);
      }
      assertThat(journal.append(Texts.bytes("mine"), Grade.SYNCED)).isEqualTo(1);
    }
  }

  /** Kills the appender once it has acknowledged {@code until}; returns the last acknowledged. */
  private long appendAndKill(long until) throws Exception {
    Process process = start();
    long last = 0;
    try (BufferedReader output = process.inputReader()) {
      String line = output.readLine();
      while (line != null && last < until) {
        last = Long.parseLong(line);
        line = output.readLine();
      }
    } finally {
      kill(process);
    }
    assertThat(last).isGreaterThanOrEqualTo(until);
    return last;
  }

  private Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Appending.class.getName(),
            folder.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  private static String record(long number) {
    return number + " " + "x".repeat((int) (number % 300));
  }

  /** The process that is killed: appends and prints what was acknowledged, for ever. */
  static final class Appending {

    private Appending() {}

    public static void main(String[] arguments) throws InterruptedException {
      try (var journal = Journal.open(Path.of(arguments[0]), OPTIONS)) {
        for (long number = journal.nextSequence(); ; number++) {
          long sequence = journal.append(Texts.bytes(record(number)), Grade.JOURNALLED);
          System.out.println(sequence);
        }
      } catch (JournalException e) {
        System.out.println(e.fault() instanceof JournalFault.InUse ? "in use" : e.getMessage());
      }
    }
  }
}
