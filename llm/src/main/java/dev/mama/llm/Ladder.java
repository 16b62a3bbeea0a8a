package dev.mama.llm;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatReply;
import dev.mama.ChatReply.Source;
import dev.mama.ChatRequest;
import dev.mama.ChatRequest.Priority;
import dev.mama.Pressure;
import dev.mama.Time;
import dev.mama.llm.LlmMeters.Step;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The steps down for a call that gets no answer of the models, or may not ask them: a cheaper
 * model, then an answer from before, then none.
 *
 * <p>The cheaper model is asked where a call's priority is just below what the pressure lets
 * through; a call two steps below, and any call under RECORD_ONLY, does not leave the process.
 *
 * <p>Thread-safe.
 */
final class Ladder {

  private final @Nullable ModelChain cheaper;
  private final @Nullable AnswerCache before;
  private final String name;
  private final LlmMeters meters;
  private final Time time;

  /**
   * @param cheaper asked where the models are not, or null
   * @param before answers of before that will do, or null
   */
  Ladder(
      @Nullable ModelChain cheaper,
      @Nullable AnswerCache before,
      String name,
      LlmMeters meters,
      Time time) {
    this.cheaper = cheaper;
    this.before = before;
    this.name = name;
    this.meters = meters;
    this.time = time;
  }

  /** Keeps an answer for worse times. */
  void keep(ChatRequest request, ChatReply reply) {
    if (before != null && reply.source() == Source.MODEL) {
      before.keep(request, reply);
    }
  }

  /**
   * An answer for a call that the pressure does not let through.
   *
   * @throws ChatException of reason SKIPPED if there is none; a cheaper model's failure is
   *     suppressed in it
   */
  ChatReply under(Pressure pressure, ChatRequest request, Spend spend) throws InterruptedException {
    var skipped =
        new ChatException(
            "chat model '%s' was not asked: under pressure %s no call of priority %s leaves the process; come back later"
                .formatted(name, pressure, request.priority()),
            Reason.SKIPPED);
    var answer = below(pressure.toString(), mayLeave(pressure, request), request, spend, skipped);
    if (answer.isPresent()) {
      return answer.get();
    }
    boolean recorded = pressure == Pressure.RECORD_ONLY;
    meters.degraded(recorded ? Step.RECORDED : Step.SKIPPED);
    throw skipped;
  }

  /** An answer for a call that failed; else the failure, with the cheaper model's suppressed. */
  ChatReply after(ChatException failure, ChatRequest request, Spend spend)
      throws InterruptedException {
    boolean may = failure.isTransient() && request.deadline().remaining(time).isPositive();
    if (!may && failure.reason() != Reason.BUDGET && failure.reason() != Reason.DEADLINE) {
      throw failure;
    }
    var answer = below(failure.reason().toString(), may, request, spend, failure);
    if (answer.isPresent()) {
      return answer.get();
    }
    throw failure;
  }

  void close() {
    if (cheaper != null) {
      cheaper.close();
    }
  }

  /**
   * The steps below the models; what fails there is suppressed onto {@code first}.
   *
   * @param may whether the call may leave the process
   */
  private Optional<ChatReply> below(
      String why, boolean may, ChatRequest request, Spend spend, ChatException first)
      throws InterruptedException {
    List<String> passedOver = List.of("%s: %s".formatted(name, why));
    if (cheaper != null && may) {
      try {
        ChatReply reply = cheaper.chat(request, spend);
        meters.degraded(Step.CHEAPER);
        return Optional.of(
            reply.servedBy(reply.source(), reply.attempts(), reply.queued(), passedOver));
      } catch (ChatException e) {
        if (e.reason() == Reason.CLOSED) {
          throw e;
        }
        first.addSuppressed(e);
      }
    }
    var kept = before == null ? Optional.<ChatReply>empty() : before.kept(request);
    kept.ifPresent(reply -> meters.degraded(Step.STALE));
    return kept.map(reply -> reply.servedBy(Source.STALE, 0, reply.queued(), passedOver));
  }

  private static boolean mayLeave(Pressure pressure, ChatRequest request) {
    return switch (pressure) {
      case NORMAL, SLOW -> true;
      case ESSENTIAL -> request.priority() != Priority.OPTIONAL;
      case RECORD_ONLY -> false;
    };
  }
}
