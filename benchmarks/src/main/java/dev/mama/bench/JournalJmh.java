package dev.mama.bench;

import dev.mama.journal.Grade;
import dev.mama.journal.Journal;
import dev.mama.journal.JournalOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** How long does a record take to be appended, in each grade, in the system's temporary folder? */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class JournalJmh {

  private static final int MANY = 4_096;

  /** What a record survives when the append returns. */
  @Param({"MEMORY", "JOURNALLED", "SYNCED"})
  public Grade grade;

  /** Length of a record. */
  @Param({"200"})
  public int bytes;

  private Path folder;
  private Journal journal;
  private byte[] record;
  private int appended;

  /** Opens a journal. */
  @Setup
  public void open() throws IOException {
    folder = Files.createTempDirectory("mama-jmh");
    journal = Journal.open(folder, JournalOptions.of("jmh"));
    record = new byte[bytes];
  }

  /** One record; what is older than some thousands is released. */
  @Benchmark
  public long append() throws InterruptedException {
    long sequence = journal.append(record, grade);
    if (++appended % MANY == 0) {
      journal.releaseBefore(sequence);
    }
    return sequence;
  }

  /** Closes it and deletes its folder. */
  @TearDown
  public void close() throws IOException {
    journal.close();
    List<Path> files;
    try (var walk = Files.walk(folder)) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
  }
}
