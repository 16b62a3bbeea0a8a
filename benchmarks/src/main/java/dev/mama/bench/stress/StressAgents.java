package dev.mama.bench.stress;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.ChatRequest;
import dev.mama.Message;
import dev.mama.Need;
import dev.mama.Payload;
import dev.mama.Rating;
import java.time.Duration;

/** The agents of the matrix: one that needs help, and one that gives it by asking the model. */
final class StressAgents {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private StressAgents() {}

  /**
   * What a user asks.
   *
   * @param number of the request, which no other has
   * @param word that the answer must carry, which no other request has
   * @param need whom to ask it of
   * @param atNanos when
   */
  record Wanted(long number, String word, String need, long atNanos) {}

  /** What an agent asks another. */
  record Question(String word) {}

  /** What the other answers: the model's words, and when it began and ended. */
  record Answer(String text, long begunNanos, long modelNanos, long endedNanos) {}

  /** What the user gets: the number of its request, the model's words, and how long each took. */
  record Told(long number, String text, long queue, long find, long reach, long model, long back) {}

  /** What the model is asked for {@code word}; the scripted one says it again. */
  static String prompt(String word) {
    return "Say " + word;
  }

  static void needsHelp(Message message, AgentContext context) throws InterruptedException {
    long begun = context.time().nanos();
    Wanted wanted = message.payload().as(Wanted.class);
    var referral = context.findHelp(new Need(wanted.need()));
    AgentId helper = referral.chosen().orElseThrow();
    long found = context.time().nanos();
    Answer answer =
        context.ask(helper, Payload.of(new Question(wanted.word())), PATIENCE).as(Answer.class);
    long heard = context.time().nanos();
    context.rate(referral, new Rating(1, true, Duration.ofNanos(heard - found)));
    context.reply(
        Payload.of(
            new Told(
                wanted.number(),
                answer.text(),
                begun - wanted.atNanos(),
                found - begun,
                answer.begunNanos() - found,
                answer.modelNanos(),
                heard - answer.endedNanos())));
  }

  static void givesHelp(Message message, AgentContext context) throws InterruptedException {
    long begun = context.time().nanos();
    Question question = message.payload().as(Question.class);
    String text = context.chat(ChatRequest.of(prompt(question.word()))).text();
    long ended = context.time().nanos();
    context.reply(Payload.of(new Answer(text, begun, ended - begun, ended)));
  }
}
