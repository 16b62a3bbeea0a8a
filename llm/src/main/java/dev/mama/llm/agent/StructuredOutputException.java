package dev.mama.llm.agent;

import dev.mama.MamaException;

/** A model's answer is not the value that was asked for, also when asked again. */
public final class StructuredOutputException extends MamaException {

  private static final long serialVersionUID = 1L;
  private static final int SHOWN_CHARS = 200;

  private final String raw;
  private final String problem;

  StructuredOutputException(String wanted, String problem, String raw) {
    super(
        "the answer is no %s: %s; it begins '%s'"
            .formatted(wanted, problem, begin(raw).replaceAll("[\\p{Cntrl}\\s]+", " ")),
        null);
    this.raw = raw;
    this.problem = problem;
  }

  /** The answer as the model gave it. */
  public String raw() {
    return raw;
  }

  /** What is wrong with it, and where: {@code $.steps[1].name is missing}. */
  public String problem() {
    return problem;
  }

  private static String begin(String raw) {
    return raw.length() <= SHOWN_CHARS ? raw : raw.substring(0, SHOWN_CHARS) + "…";
  }
}
