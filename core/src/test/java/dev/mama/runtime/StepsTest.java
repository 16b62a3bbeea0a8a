package dev.mama.runtime;

import static dev.mama.runtime.Words.EXPERIMENT;
import static dev.mama.runtime.Words.LONG;
import static dev.mama.runtime.Words.await;
import static dev.mama.runtime.Words.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentId;
import dev.mama.Event;
import dev.mama.Payload;
import dev.mama.runtime.Words.Count;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What agents that live in steps may do, and what they read when. */
class StepsTest extends StepsRig {

  @Test
  void send_isReadInTheNextStep_bySenderAndInTheOrderSent() throws Exception {
    List<String> read = new CopyOnWriteArrayList<>();
    start("z", talker(id("r")), Set.of());
    start("a", talker(id("r")), Set.of());
    start("r", reader(read), Set.of(id("a"), id("z")));
    steps.run(2);
    assertThat(read).containsExactly("1:", "2:a10,a11,z10,z11");
    steps.run(1);
    assertThat(read).last().isEqualTo("3:a20,a21,z20,z21");
    assertThat(steps.finished()).isEqualTo(3);
  }

  @Test
  void send_toItself_isReadInTheNextStep() throws Exception {
    List<String> read = new CopyOnWriteArrayList<>();
    start(
        "a",
        (step, input, context) -> {
          reader(read).onStep(step, input, context);
          context.send(context.self(), Payload.of(new Count((int) step)));
        },
        Set.of());
    steps.run(3);
    assertThat(read).containsExactly("1:", "2:a1", "3:a2");
  }

  @Test
  void messages_areRecorded_andWakesAreNot() throws Exception {
    start("r", reader(new CopyOnWriteArrayList<>()), null);
    start("a", talker(id("r")), null);
    steps.run(2);
    var sent = new ArrayList<String>();
    await()
        .atMost(LONG)
        .untilAsserted(() -> {
          sent.clear();
          log.read(
              EXPERIMENT,
              event -> {
                if (event instanceof Event.MessageSent message) {
                  sent.add(message.from() + ">" + message.to());
                }
              });
          assertThat(sent).containsExactly("a>r", "a>r", "a>r", "a>r");
        });
  }

  @Test
  void linked_goesOn_whileAnotherIsStuckInItsFirstStep() throws Exception {
    var open = new CountDownLatch(1);
    List<String> read = new CopyOnWriteArrayList<>();
    start("stuck", (step, input, context) -> open.await(), Set.of());
    start("a", talker(id("r")), Set.of());
    start("r", reader(read), Set.of(id("a")));
    var run = new AtomicReference<@Nullable Throwable>();
    threads.add(Thread.ofVirtual().start(() -> run(10, run)));
    await().atMost(LONG).until(() -> read.size() == 3); // the skew, and no further
    assertThat(steps.finished()).isZero();
    open.countDown();
    await().atMost(LONG).until(() -> steps.finished() == 10);
    assertThat(read).hasSize(10);
    assertThat(run.get()).isNull();
  }

  @Test
  void skew_bindsWhoDependsOnNobody() throws Exception {
    var open = new CountDownLatch(1);
    Map<AgentId, Long> at = new ConcurrentHashMap<>();
    start("stuck", (step, input, context) -> await(open), Set.of());
    for (int i = 0; i < 5; i++) {
      start("free" + i, (step, input, context) -> at.put(context.self(), step), Set.of());
    }
    start("open", (step, input, context) -> at.put(context.self(), step), null);
    var run = new AtomicReference<@Nullable Throwable>();
    threads.add(Thread.ofVirtual().start(() -> run(20, run)));
    await().atMost(LONG).until(() -> at.values().stream().filter(step -> step == 3).count() == 5);
    assertThat(at.get(id("open"))).as("hears everybody").isEqualTo(1);
    open.countDown();
    await().atMost(LONG).until(() -> steps.finished() == 20);
  }
}
