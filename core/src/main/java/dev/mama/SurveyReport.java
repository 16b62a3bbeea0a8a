package dev.mama;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came of a survey: who answered what, and who did not and why.
 *
 * <p>Immutable.
 *
 * @param form the form's id
 * @param asked how many agents were asked
 * @param answered how many of them sent answers that fit the form
 * @param questions in the form's order
 * @param missing the others, in order of their ids
 */
public record SurveyReport(
    String form, int asked, int answered, List<OfQuestion> questions, List<Missing> missing) {

  /** Keeps copies. */
  public SurveyReport {
    questions = List.copyOf(questions);
    missing = List.copyOf(missing);
  }

  /**
   * What came of one question.
   *
   * @param answers by agent
   * @param counts how often each answer was given
   * @param without agents that answered others, but not this one
   */
  public record OfQuestion(
      String id,
      String text,
      Map<String, String> answers,
      Map<String, Integer> counts,
      List<String> without) {}

  /** An agent without answers. */
  public record Missing(String agent, String reason) {}

  /** The report of {@code form}, out of the answers and the reasons why there are none. */
  public static SurveyReport of(
      SurveyForm form, Map<AgentId, SurveyAnswers> answers, Map<AgentId, String> reasons) {
    List<OfQuestion> questions = new ArrayList<>();
    Map<String, SurveyAnswers> byName = new TreeMap<>();
    answers.forEach((agent, given) -> byName.put(agent.value(), given));
    for (SurveyForm.Question question : form.questions()) {
      Map<String, String> given = new TreeMap<>();
      Map<String, Integer> counts = new TreeMap<>();
      List<String> without = new ArrayList<>();
      byName.forEach((agent, all) -> {
        String answer = all.answers().get(question.id());
        if (answer == null) {
          without.add(agent);
        } else {
          given.put(agent, answer);
          counts.merge(answer, 1, Integer::sum);
        }
      });
      questions.add(new OfQuestion(question.id(), question.text(), given, counts, without));
    }
    Map<String, String> missing = new TreeMap<>();
    reasons.forEach((agent, reason) -> missing.put(agent.value(), reason));
    return new SurveyReport(
        form.id(),
        answers.size() + reasons.size(),
        answers.size(),
        questions,
        missing.entrySet().stream().map(e -> new Missing(e.getKey(), e.getValue())).toList());
  }

  /** The report as UTF-8 JSON, with the names of these records' fields. */
  public byte[] json() {
    return Payload.of(this).json();
  }
}
