package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.AskTimeoutException;
import dev.mama.Channel;
import dev.mama.Deadline;
import dev.mama.MamaException;
import dev.mama.Payload;
import dev.mama.SurveyAnswers;
import dev.mama.SurveyForm;
import dev.mama.SurveyReport;
import dev.mama.Trace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * A form that goes to agents, and their answers: each is asked by a virtual thread of its own, at
 * most 1,000 at a time.
 *
 * <p>Thread-safe.
 */
final class Survey {

  private static final int MOST_AT_A_TIME = 1_000;

  private final Outbox outbox;
  private final Recorder recorder;
  private final GroupOptions options;

  Survey(Outbox outbox, Recorder recorder, GroupOptions options) {
    this.outbox = outbox;
    this.recorder = recorder;
    this.options = options;
  }

  SurveyReport ask(SurveyForm form, Collection<AgentId> agents, Duration limit)
      throws InterruptedException {
    Payload payload = Payload.of(form);
    Deadline end = Deadline.after(limit, options.time());
    var permits = new Semaphore(MOST_AT_A_TIME);
    Map<AgentId, SurveyAnswers> answers = new ConcurrentHashMap<>();
    Map<AgentId, String> reasons = new ConcurrentHashMap<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> asked = new ArrayList<>();
      for (AgentId agent : new LinkedHashSet<>(agents)) {
        Callable<?> task =
            () -> {
              permits.acquire();
              try {
                answers.put(agent, answer(form, payload, agent, limit, end));
              } catch (AskTimeoutException e) {
                reasons.put(agent, "no answer within " + limit);
              } catch (MamaException e) {
                reasons.put(agent, String.valueOf(e.getMessage()));
              } finally {
                permits.release();
              }
              return null;
            };
        asked.add(threads.submit(task));
      }
      try {
        for (Future<?> each : asked) {
          each.get();
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException("a survey failed", e.getCause());
      } finally {
        threads.shutdownNow(); // has an effect where this thread was interrupted
      }
    }
    return SurveyReport.of(form, answers, reasons);
  }

  private SurveyAnswers answer(
      SurveyForm form, Payload payload, AgentId agent, Duration limit, Deadline end)
      throws InterruptedException {
    Trace trace = Trace.start();
    Payload reply =
        outbox.ask(agent, Channel.USER_SURVEY, payload, limit, trace, end, List.of(), null);
    SurveyAnswers answers = reply.as(SurveyAnswers.class);
    form.faultOf(answers)
        .ifPresent(fault -> {
          throw new SurveyFault(fault);
        });
    recorder.answered(agent, form.id(), reply, trace);
    return answers;
  }

  /** Answers that do not fit their form. */
  private static final class SurveyFault extends MamaException {
    private static final long serialVersionUID = 1L;

    SurveyFault(String fault) {
      super(fault, null);
    }
  }
}
