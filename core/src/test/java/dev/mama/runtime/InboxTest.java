package dev.mama.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Deadline;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.runtime.Inbox.Gap;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Kind;
import dev.mama.spi.Envelope.Sequence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InboxTest {

  private static final AgentId SENDER = AgentId.of("sender");
  private static final AgentId OTHER = AgentId.of("other");

  private final Schedule schedule = new Schedule(Time.system());
  private final List<Envelope> received = new CopyOnWriteArrayList<>();
  private final List<Gap> gaps = new CopyOnWriteArrayList<>();
  private final AtomicInteger duplicates = new AtomicInteger();

  @AfterEach
  void stop() {
    schedule.close();
  }

  private Inbox inbox(Duration gapLimit) {
    return new Inbox(
        received::add,
        (next, gap) -> gaps.add(gap),
        envelope -> duplicates.incrementAndGet(),
        (sender, incarnation) -> 0,
        gapLimit,
        schedule);
  }

  private static Envelope envelope(AgentId from, long incarnation, long number) {
    return new Envelope(
        Words.EXPERIMENT,
        Kind.SEND,
        new Message(
            new UUID(incarnation, number),
            from,
            AgentId.of("receiver"),
            Channel.AGENT_CHAT,
            Payload.text("" + number),
            Trace.start(),
            Deadline.NONE),
        new Sequence(incarnation, number),
        null,
        List.of());
  }

  private List<Long> numbers(AgentId from, long incarnation) {
    return received.stream()
        .filter(e -> e.message().from().equals(from))
        .map(Envelope::sequence)
        .filter(s -> s != null && s.incarnation() == incarnation)
        .map(Sequence::number)
        .toList();
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void accept_shuffledAndDoubled_arrivesOnceInOrder(long seed) {
    var random = new Random(seed);
    var sent = new ArrayList<Envelope>();
    for (long number = 1; number <= 500; number++) {
      for (AgentId from : List.of(SENDER, OTHER)) {
        sent.add(envelope(from, 7, number));
        if (random.nextInt(3) == 0) {
          sent.add(sent.getLast());
        }
      }
    }
    Collections.shuffle(sent, random);
    Inbox inbox = inbox(Duration.ofMinutes(1));
    sent.forEach(inbox::accept);
    assertThat(numbers(SENDER, 7)).isEqualTo(upTo(500));
    assertThat(numbers(OTHER, 7)).isEqualTo(upTo(500));
    assertThat(duplicates.get()).isEqualTo(sent.size() - 1_000);
    assertThat(gaps).isEmpty();
  }

  @Test
  void accept_gap_isReportedAfterItsLimitAndTheLineMovesOn() {
    Inbox inbox = inbox(Duration.ofMillis(20));
    inbox.accept(envelope(SENDER, 7, 1));
    inbox.accept(envelope(SENDER, 7, 4));
    inbox.accept(envelope(SENDER, 7, 5));
    await().atMost(Words.LONG).until(() -> received.size() == 3);
    assertThat(numbers(SENDER, 7)).containsExactly(1L, 4L, 5L);
    assertThat(gaps).containsExactly(new Gap(SENDER, 2, 3, Duration.ofMillis(20)));
    inbox.accept(envelope(SENDER, 7, 3));
    assertThat(received).as("what was given up comes too late").hasSize(3);
  }

  @Test
  void accept_twoGaps_areGivenUpOneAfterTheOther() {
    Inbox inbox = inbox(Duration.ofMillis(20));
    inbox.accept(envelope(SENDER, 7, 2));
    inbox.accept(envelope(SENDER, 7, 4));
    await().atMost(Words.LONG).until(() -> received.size() == 2);
    assertThat(gaps).extracting(Gap::first).containsExactly(1L, 3L);
  }

  @Test
  void accept_tooManyEarly_givesTheGapUpAtOnce() {
    Inbox inbox = inbox(Duration.ofDays(1));
    for (long number = 2; number <= 2_000; number++) {
      inbox.accept(envelope(SENDER, 7, number));
    }
    assertThat(received).hasSize(1_999);
    assertThat(gaps).hasSize(1);
  }

  @Test
  void accept_newIncarnation_startsItsOwnLine() {
    Inbox inbox = inbox(Duration.ofMinutes(1));
    inbox.accept(envelope(SENDER, 7, 1));
    inbox.accept(envelope(SENDER, 7, 2));
    inbox.accept(envelope(SENDER, 8, 1));
    assertThat(numbers(SENDER, 7)).isEqualTo(upTo(2));
    assertThat(numbers(SENDER, 8)).isEqualTo(upTo(1));
    assertThat(duplicates.get()).isZero();
  }

  @Test
  void accept_lineThatWasHandledBefore_goesOnBehindIt() {
    Inbox inbox = inbox(Duration.ofMinutes(1));
    Envelope later = envelope(SENDER, 7, 41);
    inbox.accept(
        new Envelope(
            later.experiment(),
            later.kind(),
            later.message(),
            new Sequence(7, 41, 40),
            null,
            List.of()));
    inbox.accept(envelope(SENDER, 7, 40));
    assertThat(numbers(SENDER, 7)).containsExactly(41L);
    assertThat(duplicates.get()).isEqualTo(1);
    assertThat(gaps).isEmpty();
  }

  @Test
  void accept_thirdStartOfASender_forgetsTheFirst() {
    Inbox inbox = inbox(Duration.ofMinutes(1));
    inbox.accept(envelope(SENDER, 7, 1));
    inbox.accept(envelope(SENDER, 7, 3));
    inbox.accept(envelope(SENDER, 8, 1));
    inbox.accept(envelope(SENDER, 9, 1));
    assertThat(numbers(SENDER, 7)).as("what waited for a gap is let through").contains(1L, 3L);
    inbox.accept(envelope(SENDER, 7, 4));
    assertThat(numbers(SENDER, 7)).doesNotContain(4L);
    assertThat(duplicates.get()).isEqualTo(1);
    inbox.accept(envelope(SENDER, 8, 2));
    assertThat(numbers(SENDER, 8)).isEqualTo(upTo(2));
  }

  /** As where an agent moves to a machine whose clock is behind. */
  @Test
  void accept_laterStartsBySlowerClock_areNoDuplicates() {
    Inbox inbox = inbox(Duration.ofMinutes(1));
    for (long incarnation : new long[] {8, 9, 7, 6}) {
      inbox.accept(envelope(SENDER, incarnation, 1));
      inbox.accept(envelope(SENDER, incarnation, 2));
      assertThat(numbers(SENDER, incarnation)).isEqualTo(upTo(2));
    }
    assertThat(duplicates.get()).isZero();
    inbox.accept(envelope(SENDER, 8, 3));
    assertThat(numbers(SENDER, 8)).as("it is forgotten").isEqualTo(upTo(2));
  }

  @Test
  void accept_tooManyBytesEarly_givesTheGapUpAtOnce() {
    Inbox inbox = inbox(Duration.ofDays(1));
    String megabyte = "x".repeat(1 << 20);
    for (long number = 2; number <= 6; number++) {
      Envelope small = envelope(SENDER, 7, number);
      Message m = small.message();
      inbox.accept(
          new Envelope(
              small.experiment(),
              Kind.SEND,
              new Message(
                  m.id(),
                  m.from(),
                  m.to(),
                  m.channel(),
                  Payload.text(megabyte),
                  m.trace(),
                  m.deadline()),
              small.sequence(),
              null,
              List.of()));
    }
    assertThat(numbers(SENDER, 7)).containsExactly(2L, 3L, 4L, 5L, 6L);
    assertThat(gaps).hasSize(1);
  }
}
