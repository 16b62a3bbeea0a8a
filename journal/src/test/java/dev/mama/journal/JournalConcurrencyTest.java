package dev.mama.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many threads at one journal: group commit, order, back-pressure, interrupts. */
@Timeout(60)
class JournalConcurrencyTest {

  private static final JournalOptions OPTIONS = new JournalOptions("test", 1000, 4000, 100_000);

  @TempDir Path folder;

  private final LossyStorage storage = new LossyStorage();
  private final CountDownLatch forceBegun = new CountDownLatch(1);
  private final CountDownLatch forceGoesOn = new CountDownLatch(1);

  @Test
  void append_whileAForceIsGoingOn_oneForceServesAllWhoWait() throws Exception {
    try (var journal = Journal.open(storage, OPTIONS, () -> 1)) {
      long before = storage.forces();
      Thread first = holdAForce(journal);
      List<Thread> waiting = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        waiting.add(Thread.ofPlatform().start(() -> append(journal, "waits", Grade.SYNCED)));
      }
      await().until(() -> waiting.stream().allMatch(JournalConcurrencyTest::isWaiting));
      forceGoesOn.countDown();
      for (Thread each : waiting) {
        each.join();
      }
      first.join();
      assertThat(storage.forces() - before).isEqualTo(2);
      assertThat(journal.figures().recordsPerForce()).isGreaterThan(20);
    }
  }

  @Test
  void await_synced_returnsOnlyAfterAForceThatBeganLater() throws Exception {
    try (var journal = Journal.open(storage, OPTIONS, () -> 1)) {
      for (int i = 0; i < 200; i++) {
        long sequence = journal.append(Texts.bytes("r" + i), Grade.SYNCED);
        try (var after =
            Journal.open(
                storage.afterCrash(LossyStorage.Loss.EVERYTHING, new Random(i)),
                OPTIONS,
                () -> 2)) {
          assertThat(after.nextSequence()).isEqualTo(sequence + 1);
        }
      }
    }
  }

  @Test
  void append_byManyThreads_keepsTheOrderOfEachAndEverySequenceOnce() throws Exception {
    int threads = 16;
    int each = 500;
    var sequences = Collections.synchronizedSet(new HashSet<Long>());
    try (var journal = Journal.open(folder, OPTIONS)) {
      List<Thread> appenders = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int number = t;
        appenders.add(
            Thread.ofVirtual()
                .start(() -> {
                  for (int i = 0; i < each; i++) {
                    Grade grade = i % 50 == 0 ? Grade.SYNCED : Grade.JOURNALLED;
                    sequences.add(append(journal, number + " " + i, grade));
                  }
                }));
      }
      for (Thread appender : appenders) {
        appender.join();
      }
      assertThat(sequences).hasSize(threads * each).contains(1L, (long) threads * each);
    }
    try (var journal = Journal.open(folder, OPTIONS)) {
      Map<String, Integer> next = new HashMap<>();
      for (String text : Texts.all(journal)) {
        int space = text.indexOf(' ');
        String thread = text.substring(0, space);
        assertThat(Integer.parseInt(text.substring(space + 1)))
            .isEqualTo(next.getOrDefault(thread, 0));
        next.merge(thread, 1, Integer::sum);
      }
      assertThat(next.values()).hasSize(threads).containsOnly(each);
    }
  }

  @Test
  void submit_moreThanMayBeInFlight_waitsForTheWriter() throws Exception {
    try (var journal = Journal.open(storage, OPTIONS, () -> 1)) {
      Thread first = holdAForce(journal);
      int inLine = 0;
      while (inLine < 100 && journal.trySubmit(Texts.buffer("x".repeat(984))).isPresent()) {
        inLine++;
      }
      assertThat(inLine).isEqualTo(4); // of 1,000 bytes each
      Thread waiting =
          Thread.ofPlatform().start(() -> append(journal, "x".repeat(1000), Grade.MEMORY));
      await().until(() -> isWaiting(waiting));
      forceGoesOn.countDown();
      waiting.join();
      first.join();
    }
    try (var journal = Journal.open(storage, OPTIONS, () -> 1)) {
      assertThat(Texts.all(journal)).hasSize(6);
    }
  }

  @Test
  void submit_waitingForRoomWhenTheJournalCloses_isTold() throws Exception {
    var journal = Journal.open(storage, OPTIONS, () -> 1);
    Thread first = holdAForce(journal);
    for (int i = 0; i < 3; i++) {
      assertThat(journal.trySubmit(Texts.buffer("x".repeat(1000)))).isPresent();
    }
    var told = new AtomicLong();
    Thread waiting =
        Thread.ofPlatform()
            .start(() -> {
              try {
                told.set(-append(journal, "x".repeat(1000), Grade.MEMORY));
              } catch (JournalException e) {
                told.set(1);
              }
            });
    await().until(() -> isWaiting(waiting));
    Thread closing = Thread.ofPlatform().start(journal::close);
    await().until(() -> isWaiting(closing));
    forceGoesOn.countDown();
    closing.join();
    waiting.join();
    first.join();
    assertThat(told.get()).isEqualTo(1);
  }

  @Test
  void await_interrupted_endsTheWaitingAndNothingElse() throws Exception {
    try (var journal = Journal.open(storage, OPTIONS, () -> 1)) {
      Thread first = holdAForce(journal);
      Pending pending = journal.submit(Texts.buffer("second"));
      var interrupted = new AtomicBoolean();
      Thread waiting =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  pending.await(Grade.SYNCED);
                } catch (InterruptedException e) {
                  interrupted.set(true);
                }
              });
      await().until(() -> isWaiting(waiting));
      waiting.interrupt();
      waiting.join();
      assertThat(interrupted).isTrue();
      forceGoesOn.countDown();
      first.join();
      assertThat(pending.await(Grade.SYNCED)).isEqualTo(2);
      assertThat(Texts.all(journal)).containsExactly("first", "second");
    }
  }

  @Test
  void append_threadsInterruptedAllTheTime_losesNoAcknowledgedRecord() throws Exception {
    var acknowledged = Collections.synchronizedMap(new HashMap<Long, String>());
    var interrupts = new AtomicInteger();
    try (var journal = Journal.open(folder, OPTIONS)) {
      List<Thread> appenders = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        int number = t;
        appenders.add(
            Thread.ofVirtual()
                .start(() -> {
                  for (int i = 0; i < 300; i++) {
                    String text = number + " " + i;
                    try {
                      long sequence =
                          journal.append(
                              Texts.bytes(text), i % 3 == 0 ? Grade.SYNCED : Grade.JOURNALLED);
                      acknowledged.put(sequence, text);
                    } catch (InterruptedException e) {
                      interrupts.incrementAndGet();
                    }
                  }
                }));
      }
      while (appenders.stream().anyMatch(Thread::isAlive)) {
        appenders.forEach(Thread::interrupt);
        Thread.onSpinWait();
      }
      assertThat(interrupts).hasPositiveValue();
      assertThat(journal.append(Texts.bytes("last"), Grade.SYNCED)).isPositive();
    }
    try (var journal = Journal.open(folder, OPTIONS)) {
      List<String> all = Texts.all(journal);
      assertThat(all).doesNotHaveDuplicates();
      acknowledged.forEach(
          (sequence, text) -> assertThat(all.get((int) (sequence - 1))).isEqualTo(text));
    }
  }

  @Test
  void read_interrupted_disturbsNobody() throws Exception {
    try (var journal = Journal.open(folder, OPTIONS)) {
      journal.append(Texts.bytes("one"), Grade.JOURNALLED);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> journal.read(1, (sequence, payload) -> true))
          .isInstanceOf(InterruptedException.class);
      assertThat(Thread.interrupted()).isFalse();
      journal.append(Texts.bytes("two"), Grade.SYNCED);
      assertThat(Texts.all(journal)).containsExactly("one", "two");
    }
  }

  @Test
  void read_whileOthersAppendAndRelease_seesWholeRecordsInOrder() throws Exception {
    var options = new JournalOptions("test", 1000, 2000, 10_000);
    int records = 5_000;
    try (var journal = Journal.open(folder, options)) {
      Thread appender =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 1; i <= records; i++) {
                  append(journal, i + " " + "x".repeat(i % 700), Grade.MEMORY);
                }
              });
      long next = 1;
      while (next <= records) {
        next =
            journal.read(
                next,
                (sequence, payload) -> {
                  assertThat(Texts.text(payload))
                      .isEqualTo(sequence + " " + "x".repeat((int) (sequence % 700)));
                  return true;
                });
        journal.releaseBefore(next);
      }
      appender.join();
      assertThat(journal.figures().segments()).isEqualTo(1);
    }
  }

  /** Appends a record and returns while the force for it is going on. */
  private Thread holdAForce(Journal journal) throws InterruptedException {
    storage.beforeForce(() -> {
      forceBegun.countDown();
      try {
        forceGoesOn.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    });
    Thread first = Thread.ofPlatform().start(() -> append(journal, "first", Grade.SYNCED));
    forceBegun.await();
    return first;
  }

  private static boolean isWaiting(Thread thread) {
    return thread.getState() == Thread.State.WAITING;
  }

  private static long append(Journal journal, String text, Grade grade) {
    try {
      return journal.append(Texts.bytes(text), grade);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
