package dev.mama.llm;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentId;
import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatRequest;
import dev.mama.ChatRequest.Caller;
import dev.mama.ChatRequest.Priority;
import dev.mama.Deadline;
import dev.mama.ExperimentId;
import dev.mama.Time;
import dev.mama.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class AdmissionTest {

  private final ManualTime time = new ManualTime();
  private final Admission admission = new Admission("'m'", new FixedLimit(1), 20, time);
  private final ConcurrentLinkedQueue<String> order = new ConcurrentLinkedQueue<>();

  @Test
  void enter_oneAgentFloodsTheLine_theOthersDoNotWaitForAllOfIt() throws Exception {
    var first = admission.enter(by("greedy"));
    var tasks = new ArrayList<FutureTask<Void>>();
    for (int i = 0; i < 10; i++) {
      tasks.add(waiting(by("greedy"), "greedy", tasks.size() + 1));
    }
    tasks.add(waiting(by("modest"), "modest", tasks.size() + 1));
    first.close();
    for (var task : tasks) {
      task.get(10, SECONDS);
    }
    assertThat(List.copyOf(order).subList(0, 2)).containsExactly("greedy", "modest");
    assertThat(admission.admitted()).isZero();
  }

  @Test
  void enter_critical_goesBeforeThoseThatWaitLonger() throws Exception {
    var first = admission.enter(by("a"));
    var normal = waiting(by("b"), "normal", 1);
    var critical = waiting(by("c").priority(Priority.CRITICAL), "critical", 2);
    first.close();
    normal.get(10, SECONDS);
    critical.get(10, SECONDS);
    assertThat(order).containsExactly("critical", "normal");
  }

  @Test
  void enter_lineIsFull_isRefusedAtOnce() throws Exception {
    var none = new Admission("'m'", new FixedLimit(1), 0, time);
    try (var first = none.enter(by("a"))) {
      assertThat(first.wasAlone()).isFalse();
      assertThat(failure(none, by("b")).reason()).isEqualTo(Reason.BUSY);
    }
  }

  @Test
  void enter_displacedByAMoreImportantCall_isRefused() throws Exception {
    var one = new Admission("'m'", new FixedLimit(1), 1, time);
    var first = one.enter(by("a"));
    var optional = inThread(one, by("b").priority(Priority.OPTIONAL), "optional");
    await().until(() -> one.waiting() == 1);
    var critical = inThread(one, by("c").priority(Priority.CRITICAL), "critical");
    assertThatThrownBy(() -> optional.get(10, SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .hasMessageContaining("maxWaiting");
    first.close();
    critical.get(10, SECONDS);
  }

  @Test
  void enter_deadlineCannotBeMetByWhatWasObserved_isRefusedAtOnce() throws Exception {
    observe(Duration.ofSeconds(10));
    try (var busy = admission.enter(by("a"))) {
      busy.sent();
      assertThat(failure(admission, within(Duration.ofSeconds(15))).reason())
          .isEqualTo(Reason.DEADLINE);
      assertThat(failure(admission, within(Duration.ofSeconds(15)))).hasMessageContaining("PT20S");
      assertThat(admission.waiting()).isZero();
    }
  }

  @Test
  void enter_deadlineBelowTheMeanAndNothingOnTheWire_isTried() throws Exception {
    observe(Duration.ofSeconds(10));
    try (var permit = admission.enter(within(Duration.ofSeconds(1)))) {
      assertThat(admission.admitted()).isEqualTo(1);
      permit.sent();
    }
  }

  @Test
  void enter_deadlinePassed_isRefused() {
    assertThat(failure(admission, within(Duration.ZERO)).reason()).isEqualTo(Reason.DEADLINE);
  }

  @Test
  void enter_deadlinePassesInLine_isRefusedAndLeavesTheLine() throws Exception {
    var real = new Admission("'m'", new FixedLimit(1), 20, Time.system());
    try (var busy = real.enter(by("a"))) {
      var request = by("b");
      var late =
          request.within(request.trace(), Deadline.after(Duration.ofMillis(20), Time.system()));
      assertThat(failure(real, late).reason()).isEqualTo(Reason.DEADLINE);
      assertThat(real.waiting()).isZero();
      assertThat(busy.wasAlone()).isFalse();
    }
  }

  @Test
  void enter_interrupted_leavesTheLineAndLosesNoPlace() throws Exception {
    var first = admission.enter(by("a"));
    var failed = new ConcurrentLinkedQueue<String>();
    var thread =
        Thread.ofVirtual()
            .start(() -> {
              try (var permit = admission.enter(by("b"))) {
                failed.add("admitted, alone " + permit.wasAlone());
              } catch (InterruptedException e) {
                order.add("interrupted");
              }
            });
    await().until(() -> admission.waiting() == 1);
    thread.interrupt();
    thread.join();
    first.close();
    admission.enter(by("c")).close();
    assertThat(order).containsExactly("interrupted");
    assertThat(failed).isEmpty();
  }

  @Test
  void close_whoeverWaits_isTold() throws Exception {
    var first = admission.enter(by("a"));
    var waiting = waiting(by("b"), "b", 1);
    admission.close();
    assertThatThrownBy(() -> waiting.get(10, SECONDS)).cause().hasMessageContaining("closed");
    assertThat(failure(admission, by("c")).reason()).isEqualTo(Reason.CLOSED);
    first.close();
    assertThat(admission.admitted()).isZero();
  }

  private void observe(Duration latency) throws InterruptedException {
    try (var permit = admission.enter(by("a"))) {
      permit.sent();
      permit.answered(latency, 0);
    }
  }

  private FutureTask<Void> waiting(ChatRequest request, String name, int line) {
    var task = inThread(admission, request, name);
    await().until(() -> admission.waiting() == line);
    return task;
  }

  private FutureTask<Void> inThread(Admission where, ChatRequest request, String name) {
    var task =
        new FutureTask<Void>(() -> {
          try (var permit = where.enter(request)) {
            permit.sent();
            order.add(name);
          }
          return null;
        });
    Thread.ofVirtual().start(task);
    return task;
  }

  private ChatRequest within(Duration left) {
    var request = by("late");
    return request.within(request.trace(), Deadline.after(left, time));
  }

  private static ChatException failure(Admission admission, ChatRequest request) {
    return catchThrowableOfType(ChatException.class, () -> admission.enter(request));
  }

  private static ChatRequest by(String agent) {
    return ChatRequest.of("?").by(new Caller(ExperimentId.of("exp"), "g", AgentId.of(agent)));
  }
}
