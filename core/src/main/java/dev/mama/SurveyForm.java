package dev.mama;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A form that agents are asked to fill in, on channel {@link Channel#USER_SURVEY}; an agent answers
 * it with {@code context.reply(Payload.of(new SurveyAnswers(…)))}.
 *
 * <p>Immutable.
 *
 * @param id a {@linkplain Event#isName name}, by which its answers are found again
 * @param title what it is about, for whoever fills it in
 * @param questions one at least, each with an id of its own
 */
public record SurveyForm(String id, String title, List<Question> questions) {

  /**
   * @throws IllegalArgumentException if the id is no name, or there is no question, or two of one
   *     id
   */
  public SurveyForm {
    if (!Event.isName(id)) {
      throw new IllegalArgumentException(
          "form '%s' must have an id of 1 to 64 characters of A-Z a-z 0-9 . _ -".formatted(id));
    }
    questions = List.copyOf(questions);
    if (questions.isEmpty()) {
      throw new IllegalArgumentException("form '%s' has no question".formatted(id));
    }
    Set<String> ids = new HashSet<>();
    for (Question question : questions) {
      if (!ids.add(question.id())) {
        throw new IllegalArgumentException(
            "form '%s' has two questions '%s'; rename one".formatted(id, question.id()));
      }
    }
  }

  /**
   * A question of a form.
   *
   * <p>Immutable.
   *
   * @param id a {@linkplain Event#isName name}, unique in its form
   * @param choices the answers that it allows; any text if empty
   */
  public record Question(String id, String text, List<String> choices) {

    /**
     * @throws IllegalArgumentException if the id is no name
     */
    public Question {
      if (!Event.isName(id)) {
        throw new IllegalArgumentException(
            "question '%s' must have an id of 1 to 64 characters of A-Z a-z 0-9 . _ -"
                .formatted(id));
      }
      choices = List.copyOf(choices);
    }

    /** A question that any text answers. */
    public static Question open(String id, String text) {
      return new Question(id, text, List.of());
    }

    /** A question that one of {@code choices} answers. */
    public static Question choice(String id, String text, String... choices) {
      return new Question(id, text, List.of(choices));
    }
  }

  /** What is wrong with {@code answers} to this form; empty if nothing is. */
  public Optional<String> faultOf(SurveyAnswers answers) {
    for (var answer : answers.answers().entrySet()) {
      Optional<Question> asked =
          questions.stream().filter(question -> question.id().equals(answer.getKey())).findFirst();
      if (asked.isEmpty()) {
        return Optional.of("it answered '%s', which nobody asked".formatted(answer.getKey()));
      }
      List<String> choices = asked.get().choices();
      if (!choices.isEmpty() && !choices.contains(answer.getValue())) {
        return Optional.of(
            "it answered '%s' with '%s', which is none of %s"
                .formatted(answer.getKey(), answer.getValue(), choices));
      }
    }
    return Optional.empty();
  }
}
