package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentId;
import dev.mama.Time;
import dev.mama.journal.Grade;
import dev.mama.journal.Journal;
import dev.mama.journal.JournalFault;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes: one is killed with -9 while it records and compacts, one may write so much. */
@Timeout(120)
class JournalTrustLedgerKillTest {

  private static final AgentId RATER = AgentId.of("rater");
  private static final int AGENTS = 50;
  private static final LedgerOptions OPTIONS =
      LedgerOptions.defaults()
          .halfLife(Duration.ofDays(36_500)) // so that the evidence can be counted
          .grade(Grade.JOURNALLED)
          .blockEntries(16)
          .compactAfterBytes(100_000);

  @TempDir Path folder;

  @Test
  void open_afterKillsAtRandomPoints_hasWhatWasAcknowledged() throws Exception {
    var random = new Random(4);
    long before = 0;
    for (int round = 0; round < 4; round++) {
      long acknowledged = before + recordAndKill(500 + random.nextInt(3_000));
      try (var ledger = JournalTrustLedger.open(folder, OPTIONS, Time.system())) {
        long kept = kept(ledger);
        assertThat(kept).as("round %d", round).isBetween(acknowledged, acknowledged + 1);
        assertThat(ledger.verify(null)).isInstanceOf(Verification.Whole.class);
        assertThat(ledger.explain(Ledgers.agent(0)).evidence().size()).isBetween(10, 100);
        before = kept;
      }
    }
  }

  /** A limit on the size of a file refuses writes as a full disk does. */
  @Test
  void record_diskTakesNoMore_isRefusedByNameAndCountsNothing() throws Exception {
    List<String> lines = recordUntilRefused();
    assertThat(lines).hasSizeGreaterThan(2);
    assertThat(lines.get(lines.size() - 1)).startsWith("refused Refused");
    long acknowledged = Long.parseLong(lines.get(lines.size() - 2));
    try (var ledger = JournalTrustLedger.open(folder, OPTIONS, Time.system())) {
      assertThat(kept(ledger)).isEqualTo(acknowledged);
      assertThat(ledger.verify(null)).isInstanceOf(Verification.Whole.class);
      ledger.record(Ledgers.checked(RATER, Ledgers.agent(0), 1, Time.system().now()));
    }
  }

  /** Somebody may try to open it again and again until there is room. */
  @Test
  void open_diskTakesNoMore_isRefusedByNameAndLeavesNoThread() throws Exception {
    LedgerOptions options = OPTIONS.compactAfterBytes(1L << 40);
    try (var journal = Journal.open(folder, options.journal())) {
      byte[] previous = Head.NONE.bytes();
      for (int i = 0; i < 8; i++) { // beginnings that never became whole
        ByteBuffer begun = ByteBuffer.allocate(10_000).position(Block.HEADER);
        LedgerState.empty(options, Time.system()).writeSettings(begun, options);
        begun.position(begun.capacity() - Head.HASH_BYTES);
        previous = Block.seal(begun, Block.Kind.BEGIN, previous, Block.sha256());
        journal.append(begun.array(), Grade.JOURNALLED);
      }
    }
    assertThat(recordUntilRefused()).containsExactly("refused Refused, 0 threads left");
    JournalTrustLedger.open(folder, options, Time.system()).close();
  }

  private List<String> recordUntilRefused() throws Exception {
    Process process = start("ulimit -f 60; exec", "until-refused");
    List<String> lines = new ArrayList<>();
    try (BufferedReader output = process.inputReader()) {
      String line = output.readLine();
      while (line != null) {
        lines.add(line);
        line = output.readLine();
      }
    } finally {
      kill(process);
    }
    return lines;
  }

  private static long kept(JournalTrustLedger ledger) {
    double evidence = 0;
    for (int i = 0; i < AGENTS; i++) {
      evidence += ledger.standing(Ledgers.agent(i)).evidence();
    }
    return Math.round(evidence);
  }

  /** Kills the process once it has acknowledged so much; returns how much it had, in the end. */
  private long recordAndKill(long until) throws Exception {
    Process process = start("exec", "for-ever");
    long last = 0;
    try (BufferedReader output = process.inputReader()) {
      String line = output.readLine();
      while (line != null) {
        last = Math.max(last, Long.parseLong(line)); // the last line may be cut short
        if (last == until) {
          assertThat(process.toHandle().destroyForcibly()).isTrue(); // leaves what it printed
        }
        line = output.readLine();
      }
    } finally {
      kill(process);
    }
    assertThat(last).isGreaterThanOrEqualTo(until);
    return last;
  }

  private Process start(String prefix, String what) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new ProcessBuilder(
            "bash",
            "-c",
            prefix + " \"$@\"",
            "bash",
            java,
            "-XX:+UseSerialGC", // it starts five times, and lives for a moment
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Recording.class.getName(),
            folder.toString(),
            what)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  /** The process: records and prints how much of its own was acknowledged. */
  static final class Recording {

    private Recording() {}

    public static void main(String[] arguments) throws InterruptedException {
      LedgerOptions options =
          arguments[1].equals("for-ever") ? OPTIONS : OPTIONS.compactAfterBytes(1L << 40);
      try (var ledger = JournalTrustLedger.open(Path.of(arguments[0]), options, Time.system())) {
        for (long number = 1; ; number++) {
          ledger.record(
              Ledgers.checked(
                  RATER, Ledgers.agent((int) (number % AGENTS)), 1, Time.system().now()));
          System.out.println(number);
        }
      } catch (LedgerException e) {
        var files = (LedgerFault.Files) e.fault();
        long threads =
            Thread.getAllStackTraces().keySet().stream()
                .filter(it -> it.getName().equals("mama-ledger"))
                .count();
        System.out.println(
            "refused %s, %d threads left"
                .formatted(files.fault().getClass().getSimpleName(), threads));
        if (!(files.fault() instanceof JournalFault.Refused)) {
          throw e;
        }
      }
    }
  }
}
