package dev.mama.examples;

import dev.mama.AgentContext;
import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.AskTimeoutException;
import dev.mama.DurableAgent;
import dev.mama.MailboxFullException;
import dev.mama.Message;
import dev.mama.Need;
import dev.mama.Payload;
import dev.mama.Rating;
import dev.mama.Referral;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An agent that has needs: it finds help, asks, checks the answer against what it expects, and
 * rates.
 *
 * <p>Confined to its turn.
 */
public final class Requester implements DurableAgent<Requester.Serving> {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private int served;

  /**
   * What a requester is given to do.
   *
   * @param specialty the field that should serve it, empty where nobody knows
   */
  public record Wanted(String need, String specialty) {}

  /**
   * What came of it.
   *
   * @param helper who was asked, empty if nobody was there
   * @param answered whether an answer came
   * @param quality the rating given, in [0, 1]
   * @param propensity probability with which the policy chose this helper
   * @param problem why there was no answer, empty if there was one
   * @param wireNanos time of the ask that neither helper nor model spent
   * @param totalNanos from the need to the rating
   */
  public record Served(
      String helper,
      boolean answered,
      double quality,
      double propensity,
      String problem,
      String traceId,
      String model,
      long encodeNanos,
      long scanNanos,
      long decideNanos,
      long wireNanos,
      long chatNanos,
      long totalNanos) {}

  /** What it records after each need. */
  public record Experience(String helper, double quality, int served) {}

  /** What it is. */
  public record Serving(int served) {}

  @Override
  public Serving state() {
    return new Serving(served);
  }

  @Override
  public void restore(Serving state) {
    served = state.served();
  }

  @Override
  public void onMessage(Message message, AgentContext context) throws InterruptedException {
    long start = context.time().nanos();
    Wanted wanted = message.payload().as(Wanted.class);
    Referral referral = context.findHelp(new Need(wanted.need()));
    AgentId helper = referral.chosen().orElse(null);
    Helper.Answer answer = null;
    String problem = "nobody is there to ask";
    long asked = context.time().nanos();
    if (helper != null) {
      try {
        answer =
            context
                .ask(helper, Payload.of(new Helper.Question(wanted.need())), PATIENCE)
                .as(Helper.Answer.class);
        problem = "";
      } catch (AgentFailedException | AskTimeoutException | MailboxFullException e) {
        problem = String.valueOf(e.getMessage());
      }
    }
    long askNanos = context.time().nanos() - asked;
    double quality = answer == null ? 0 : quality(answer.text(), wanted.specialty());
    served++;
    if (helper != null) {
      context.rate(referral, new Rating(quality, answer != null, Duration.ofNanos(askNanos)));
      context.recordState(new Experience(helper.value(), quality, served));
    }
    context.reply(
        Payload.of(
            new Served(
                helper == null ? "" : helper.value(),
                answer != null,
                quality,
                referral.decision().propensity(),
                problem,
                message.trace().traceId(),
                answer == null ? "" : answer.model(),
                referral.timings().encode().toNanos(),
                referral.timings().scan().toNanos(),
                referral.timings().decide().toNanos(),
                answer == null ? 0 : askNanos - answer.turnNanos(),
                answer == null ? 0 : answer.chatNanos(),
                context.time().nanos() - start)));
  }

  /**
   * 1 if the answer names the expected field, 0 if another, 0.5 where nobody knows what to expect.
   */
  static double quality(String answer, String specialty) {
    if (specialty.isEmpty()) {
      return 0.5;
    }
    String field = field(answer);
    return field != null && field.equals(specialty.toLowerCase(Locale.ROOT)) ? 1 : 0;
  }

  private static @Nullable String field(String answer) {
    String line = answer.lines().findFirst().orElse("").strip();
    return line.regionMatches(true, 0, "Field:", 0, 6)
        ? line.substring(6).replaceAll("[^\\p{Alnum} -]", "").strip().toLowerCase(Locale.ROOT)
        : null;
  }
}
