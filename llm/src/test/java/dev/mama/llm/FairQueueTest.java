package dev.mama.llm;

import static dev.mama.ChatRequest.Priority.CRITICAL;
import static dev.mama.ChatRequest.Priority.NORMAL;
import static dev.mama.ChatRequest.Priority.OPTIONAL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentId;
import dev.mama.ChatRequest.Caller;
import dev.mama.ChatRequest.Priority;
import dev.mama.ExperimentId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FairQueueTest {

  @Test
  void poll_greedyCaller_waitsForOneOfEachOther() {
    var queue = new FairQueue<String>(100);
    for (int i = 0; i < 10; i++) {
      offer(queue, NORMAL, "greedy", "g" + i);
    }
    offer(queue, NORMAL, "a", "a0");
    offer(queue, NORMAL, "b", "b0");
    assertThat(drain(queue).subList(0, 5)).containsExactly("g0", "a0", "b0", "g1", "g2");
  }

  @Test
  void poll_priorities_theImportantFirst() {
    var queue = new FairQueue<String>(100);
    offer(queue, OPTIONAL, "a", "o");
    offer(queue, NORMAL, "a", "n");
    offer(queue, CRITICAL, "b", "c");
    assertThat(drain(queue)).containsExactly("c", "n", "o");
  }

  @Test
  void poll_importantWithoutEnd_theOthersAreServedNowAndThen() {
    var queue = new FairQueue<String>(1_000);
    offer(queue, OPTIONAL, "a", "o");
    offer(queue, NORMAL, "a", "n");
    var served = new ArrayList<String>();
    for (int i = 0; i < 200; i++) {
      offer(queue, CRITICAL, "c", "c" + i);
      assertThat(queue.ahead(CRITICAL, caller("x"))).isLessThanOrEqualTo(3);
      served.add(queue.poll().orElseThrow());
    }
    assertThat(served.indexOf("n")).isBetween(FairQueue.PATIENCE, FairQueue.PATIENCE + 2);
    assertThat(served.indexOf("o")).isBetween(FairQueue.PATIENCE, FairQueue.PATIENCE + 2);
    assertThat(served.stream().filter(name -> name.startsWith("c"))).hasSize(198);
  }

  @Test
  void offer_full_displacesTheLatestOfWhoeverHasMost() {
    var queue = new FairQueue<String>(3);
    offer(queue, NORMAL, "greedy", "g0");
    offer(queue, NORMAL, "greedy", "g1");
    offer(queue, NORMAL, "greedy", "g2");
    var offer = offer(queue, NORMAL, "a", "a0");
    assertThat(offer.accepted()).isTrue();
    assertThat(offer.displaced()).hasValue("g2");
    assertThat(offer(queue, NORMAL, "greedy", "g3").accepted()).isFalse();
    assertThat(drain(queue)).containsExactly("g0", "a0", "g1");
  }

  @Test
  void offer_fullOfLessImportant_displacesThem() {
    var queue = new FairQueue<String>(1);
    offer(queue, OPTIONAL, "a", "o");
    assertThat(offer(queue, OPTIONAL, "b", "o2").accepted()).isFalse();
    assertThat(offer(queue, NORMAL, "a", "n").displaced()).hasValue("o");
    assertThat(offer(queue, CRITICAL, "a", "c").displaced()).hasValue("n");
    assertThat(offer(queue, NORMAL, "b", "n2").accepted()).isFalse();
    assertThat(drain(queue)).containsExactly("c");
  }

  @Test
  void offer_noRoomAtAll_isRefused() {
    assertThat(offer(new FairQueue<>(0), CRITICAL, "a", "c").accepted()).isFalse();
  }

  @Test
  void remove_waiter_leavesTheOthers() {
    var queue = new FairQueue<String>(10);
    offer(queue, NORMAL, "a", "a0");
    offer(queue, NORMAL, "b", "b0");
    queue.remove(NORMAL, caller("a"), "a0");
    queue.remove(NORMAL, caller("a"), "a0");
    assertThat(queue.size()).isEqualTo(1);
    assertThat(drain(queue)).containsExactly("b0");
  }

  @Test
  void ahead_callerOfOne_countsOneOfEachOther() {
    var queue = new FairQueue<String>(100);
    for (int i = 0; i < 10; i++) {
      offer(queue, NORMAL, "greedy", "g" + i);
    }
    assertThat(queue.ahead(NORMAL, caller("a"))).isEqualTo(1);
    assertThat(queue.ahead(NORMAL, caller("greedy"))).isEqualTo(10);
    assertThat(queue.ahead(OPTIONAL, caller("a"))).isEqualTo(10);
    assertThat(queue.ahead(CRITICAL, caller("a"))).isZero();
  }

  private static FairQueue.Offer<String> offer(
      FairQueue<String> queue, Priority priority, String agent, String waiter) {
    return queue.offer(priority, caller(agent), waiter);
  }

  private static Optional<Caller> caller(String agent) {
    return Optional.of(new Caller(ExperimentId.of("exp"), "g", AgentId.of(agent)));
  }

  private static List<String> drain(FairQueue<String> queue) {
    var all = new ArrayList<String>();
    for (var next = queue.poll(); next.isPresent(); next = queue.poll()) {
      all.add(next.get());
    }
    assertThat(queue.size()).isZero();
    return all;
  }
}
