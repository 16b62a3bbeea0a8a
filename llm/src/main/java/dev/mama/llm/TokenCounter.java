package dev.mama.llm;

/** Counts the tokens of a text as a model does; a tokenizer's adapter. */
@FunctionalInterface
public interface TokenCounter {

  /** How many tokens {@code text} has, at least 0; from any thread. */
  int count(String text);

  /** One token for four characters, rounded up, where no tokenizer is at hand. */
  static TokenCounter estimate() {
    return text -> (text.length() + 3) / 4;
  }
}
