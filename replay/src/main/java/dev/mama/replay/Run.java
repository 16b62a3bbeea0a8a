package dev.mama.replay;

import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.journal.Journal;
import dev.mama.journal.JournalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A run that a {@link RunJournal} has kept, read from its folder; nobody else may have that open.
 *
 * <p>Confined to one thread.
 */
public final class Run implements AutoCloseable {

  private static final int PAGE = 256;

  private final Path folder;
  private final Journal journal;
  private final RunFormat.Head head;
  private final Deque<TurnRecord> page = new ArrayDeque<>();
  private long next;

  private Run(Path folder, Journal journal, RunFormat.Head head, long next) {
    this.folder = folder;
    this.journal = journal;
    this.head = head;
    this.next = next;
  }

  /**
   * Opens the run in {@code folder}.
   *
   * @throws RunException if there is none, it is in use, damaged, or of another version
   * @throws InterruptedException if interrupted while reading
   */
  public static Run open(Path folder) throws InterruptedException {
    if (!isJournal(folder)) {
      throw new RunException(
          "there is no run in %s; give the folder that a run was recorded in".formatted(folder),
          null);
    }
    Journal journal = null;
    boolean opened = false;
    try {
      journal = Journal.open(folder, RunFormat.OPTIONS);
      Run run = new Run(folder, journal, head(folder, journal), 2);
      opened = true;
      return run;
    } catch (JournalException e) {
      throw new RunException(String.valueOf(e.getMessage()), e);
    } finally {
      if (!opened && journal != null) {
        journal.close();
      }
    }
  }

  private static boolean isJournal(Path folder) {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(file -> file.toString().endsWith(".journal"));
    } catch (IOException e) {
      throw new RunException("%s cannot be read: %s".formatted(folder, e), e);
    }
  }

  private static RunFormat.Head head(Path folder, Journal journal) throws InterruptedException {
    var heads = new ArrayDeque<RunFormat.Head>();
    journal.read(
        1,
        (sequence, bytes) -> {
          heads.add(RunFormat.read(bytes, RunFormat.Head.class, folder + " record 1"));
          return false;
        });
    if (heads.isEmpty()) {
      throw new RunException(
          "the run in %s has no beginning; it was stopped before it began".formatted(folder), null);
    }
    RunFormat.Head head = heads.getFirst();
    if (head.version() != RunFormat.VERSION) {
      throw new RunException(
          "the run in %s has format version %d, expected %d; read it with the release that wrote it"
              .formatted(folder, head.version(), RunFormat.VERSION),
          null);
    }
    return head;
  }

  /** Which experiment it was. */
  public ExperimentId experiment() {
    return ExperimentId.of(head.experiment());
  }

  /** What its chance was drawn from. */
  public long seed() {
    return head.seed();
  }

  /** Where it stands. */
  public Path folder() {
    return folder;
  }

  /**
   * The next turn, or null after the last one.
   *
   * @throws RunException if it cannot be read
   * @throws InterruptedException if interrupted while reading
   */
  public @Nullable TurnRecord next() throws InterruptedException {
    if (page.isEmpty()) {
      try {
        next =
            journal.read(
                next,
                (sequence, bytes) -> {
                  page.add(
                      RunFormat.read(
                          bytes, TurnRecord.class, "%s record %d".formatted(folder, sequence)));
                  return page.size() < PAGE;
                });
      } catch (JournalException e) {
        throw new RunException(String.valueOf(e.getMessage()), e);
      }
    }
    return page.poll();
  }

  /**
   * Runs it again with new agents of {@code types}, from notes alone: no model, no clock, no other
   * agent.
   *
   * @throws IllegalArgumentException if two types have one name
   */
  public Rerun again(Collection<AgentType> types) {
    return new Rerun(this, types);
  }

  @Override
  public void close() {
    journal.close();
  }
}
