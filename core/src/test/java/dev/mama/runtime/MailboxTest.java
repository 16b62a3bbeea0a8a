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
import dev.mama.runtime.Words.Count;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MailboxTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final AtomicInteger activations = new AtomicInteger();
  private final Mailbox mailbox =
      new Mailbox() {
        @Override
        void activate(@Nullable Worker by) {
          activations.incrementAndGet();
        }
      };

  private static Letter letter(int sender, int number) {
    return Letter.sent(
        new Message(
            new UUID(sender, number),
            AgentId.of("sender-" + sender),
            AgentId.of("receiver"),
            Channel.AGENT_CHAT,
            Payload.of(new Count(number)),
            Trace.start(),
            Deadline.NONE),
        Time.system());
  }

  private int next() {
    Letter letter = mailbox.poll();
    return letter == null ? -1 : (int) letter.message().id().getLeastSignificantBits();
  }

  @Test
  void offer_full_isRefused_andHandlingMakesRoom() {
    assertThat(mailbox.offer(letter(1, 1), 2, null)).isTrue();
    assertThat(mailbox.offer(letter(1, 2), 2, null)).isTrue();
    assertThat(mailbox.offer(letter(1, 3), 2, null)).as("one is being handled").isTrue();
    assertThat(mailbox.offer(letter(1, 4), 2, null)).isFalse();
    assertThat(next()).isEqualTo(1);
    assertThat(mailbox.offer(letter(1, 4), 2, null)).as("not handled yet").isFalse();
    assertThat(mailbox.handled()).isFalse();
    assertThat(mailbox.offer(letter(1, 4), 2, null)).isTrue();
    assertThat(List.of(next(), next(), next(), next())).containsExactly(2, 3, 4, -1);
  }

  @Test
  void activate_oncePerStretchOfWork() {
    mailbox.offer(letter(1, 1), 9, null);
    mailbox.offer(letter(1, 2), 9, null);
    assertThat(activations).hasValue(1);
    next();
    assertThat(mailbox.handled()).isFalse();
    next();
    assertThat(mailbox.handled()).as("idle").isTrue();
    mailbox.offer(letter(1, 3), 9, null);
    assertThat(activations).hasValue(2);
  }

  @Test
  void offer_waiting_getsTheRoomThatHandlingMakes() throws Exception {
    mailbox.offer(letter(1, 1), 0, null);
    var accepted = new CountDownLatch(3);
    for (int i = 2; i <= 4; i++) {
      int number = i;
      Thread.ofVirtual()
          .start(() -> {
            try {
              if (mailbox.offer(letter(1, number), 0, 30 * SECOND, Time.system(), null)) {
                accepted.countDown();
              }
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    }
    for (int i = 1; i <= 4; i++) {
      await().atMost(Words.LONG).until(() -> mailbox.size() == 1);
      await().atMost(Words.LONG).until(() -> next() > 0);
      mailbox.handled();
    }
    Words.await(accepted);
  }

  @Test
  void offer_waitingInVain_givesUpAfterItsTime() throws Exception {
    mailbox.offer(letter(1, 1), 0, null);
    assertThat(mailbox.offer(letter(1, 2), 0, 1_000, Time.system(), null)).isFalse();
    assertThat(mailbox.size()).isEqualTo(1);
  }

  @Test
  void offers_manySenders_allArriveOnceInEachSendersOrder() throws Exception {
    int senders = 4;
    int each = 20_000;
    var threads = new ArrayList<Thread>();
    for (int s = 0; s < senders; s++) {
      int sender = s;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (int i = 0; i < each; i++) {
                    assertThat(
                            mailbox.offer(letter(sender, i), 16, 60 * SECOND, Time.system(), null))
                        .isTrue();
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }));
    }
    var received = new ArrayList<List<Integer>>();
    IntStream.range(0, senders).forEach(s -> received.add(new ArrayList<>()));
    for (int left = senders * each; left > 0; ) {
      Letter letter = mailbox.poll();
      if (letter == null) {
        Thread.onSpinWait();
        continue;
      }
      UUID id = letter.message().id();
      received.get((int) id.getMostSignificantBits()).add((int) id.getLeastSignificantBits());
      assertThat(mailbox.size()).isBetween(1, 17);
      mailbox.handled();
      left--;
    }
    for (Thread thread : threads) {
      thread.join();
    }
    List<Integer> expected = IntStream.range(0, each).boxed().toList();
    assertThat(received).allSatisfy(numbers -> assertThat(numbers).isEqualTo(expected));
    assertThat(mailbox.size()).isZero();
  }
}
