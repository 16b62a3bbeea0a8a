package dev.mama;

import java.util.Map;

/**
 * What an agent answers to a {@link SurveyForm}.
 *
 * <p>Immutable.
 *
 * @param answers by the question's id; a question may be left out
 */
public record SurveyAnswers(Map<String, String> answers) {

  /** Keeps a copy. */
  public SurveyAnswers {
    answers = Map.copyOf(answers);
  }
}
