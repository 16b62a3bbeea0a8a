package dev.mama.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.journal.LossyStorage.Loss;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The power fails at each operation of the disk in turn. What was acknowledged is there afterwards,
 * in order, once, and nothing else but what had been appended.
 */
class JournalCrashTest {

  private static final int RECORDS = 150;

  private static final List<Grade> GRADES = List.of(Grade.values());

  /** Small segments, so that the run begins and releases many. */
  private static final JournalOptions OPTIONS = new JournalOptions("crash", 200, 300, 700);

  @ParameterizedTest
  @CsvSource({
    "EVERYTHING, 1",
    "TAIL, 2",
    "TAIL, 3",
    "SECTORS, 4",
    "SECTORS, 5",
    "SECTORS, 6",
    "NOTHING, 7"
  })
  void open_afterCrashAtEachOperation_hasWhatWasAcknowledged(Loss loss, long seed)
      throws InterruptedException {
    var undisturbed = new LossyStorage();
    new Run(undisturbed, seed).toTheEnd();
    long operations = undisturbed.operations();
    assertThat(operations).isGreaterThan(2 * RECORDS);
    for (long at = 0; at < operations; at++) {
      var storage = new LossyStorage().crashAt(at);
      var run = new Run(storage, seed);
      run.toTheEnd();
      run.check(storage.afterCrash(loss, new Random(seed * operations + at)), loss, at);
    }
  }

  @ParameterizedTest
  @CsvSource({"EVERYTHING, 1", "TAIL, 2", "SECTORS, 3", "NOTHING, 4"})
  void open_afterCrashesDuringRecovery_hasWhatWasAcknowledged(Loss loss, long seed)
      throws InterruptedException {
    var undisturbed = new LossyStorage();
    new Run(undisturbed, seed).toTheEnd();
    var random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      long at = random.nextLong(undisturbed.operations());
      var storage = new LossyStorage().crashAt(at);
      var run = new Run(storage, seed);
      run.toTheEnd();
      for (int again = 0; again < 4; again++) {
        storage = storage.afterCrash(loss, random).crashAt(again);
        try {
          Journal.open(storage, OPTIONS, random::nextLong).close();
        } catch (JournalException e) {
          assertThat(e.fault())
              .as("crash %d of round %d", again, round)
              .isInstanceOf(JournalFault.Failed.class);
        }
      }
      run.check(storage.afterCrash(loss, random), loss, at);
    }
  }

  /** Appends, releases and forces by a seed until it is done or the power fails. */
  private static final class Run {

    private final LossyStorage storage;
    private final Random random;
    private final List<String> appended = new ArrayList<>();
    private long journalled;
    private long synced;
    private long released = 1;

    Run(LossyStorage storage, long seed) {
      this.storage = storage;
      this.random = new Random(seed);
    }

    void toTheEnd() throws InterruptedException {
      try (var journal = Journal.open(storage, OPTIONS, random::nextLong)) {
        for (int i = 1; i <= RECORDS; i++) {
          append(journal, i);
          if (i % 40 == 0) {
            released = i - 15L;
            journal.releaseBefore(released);
          }
        }
      } catch (JournalException e) {
        assertThat(e.fault())
            .isInstanceOfAny(JournalFault.Failed.class, JournalFault.Refused.class);
      }
    }

    private void append(Journal journal, int number) throws InterruptedException {
      String text = number + "-" + "x".repeat(random.nextInt(190));
      Grade grade = GRADES.get(random.nextInt(3));
      Pending pending = journal.submit(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      appended.add(text);
      long sequence = pending.await(grade);
      assertThat(sequence).isEqualTo(number);
      if (grade != Grade.MEMORY) {
        journalled = sequence;
      }
      if (grade == Grade.SYNCED) {
        synced = sequence;
      }
    }

    void check(LossyStorage after, Loss loss, long at) throws InterruptedException {
      try (var journal = Journal.open(after, OPTIONS, random::nextLong)) {
        long first = journal.firstSequence();
        List<String> found = new ArrayList<>();
        journal.read(first, (sequence, payload) -> found.add(text(payload)));
        assertThat(first).as("kept after a crash at %d", at).isLessThanOrEqualTo(released);
        assertThat(journal.nextSequence() - 1)
            .as("last record after a crash at %d", at)
            .isBetween(loss == Loss.NOTHING ? journalled : synced, (long) appended.size());
        assertThat(found)
            .as("records after a crash at %d", at)
            .isEqualTo(appended.subList((int) first - 1, (int) journal.nextSequence() - 1));
        long next = journal.nextSequence();
        assertThat(journal.append(new byte[] {1}, Grade.SYNCED)).isEqualTo(next);
      } catch (JournalException e) {
        throw new AssertionError("crash at " + at, e);
      }
    }

    private static String text(ByteBuffer payload) {
      return StandardCharsets.UTF_8.decode(payload).toString();
    }
  }
}
