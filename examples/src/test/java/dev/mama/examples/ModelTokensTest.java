package dev.mama.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.ChatMessage;
import dev.mama.ChatRequest;
import dev.mama.llm.PromptBudget;
import dev.mama.minilm.MiniLm;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A real tokenizer counts, and cuts a conversation where the estimate would not. */
class ModelTokensTest {

  @Test
  void count_realTokenizer_countsPiecesOfWords() {
    try (var tokens = ModelTokens.open(MiniLm.tokenizer())) {
      assertThat(tokens.count("")).isZero();
      assertThat(tokens.count("hello world")).isEqualTo(2);
      assertThat(tokens.count("antidisestablishmentarianism")).isGreaterThan(3);
      assertThat(tokens.count("word ".repeat(2_000))).as("nothing is cut").isEqualTo(2_000);
      // Sixteen signs are four tokens by estimate, and sixteen in truth.
      String signs = "?!".repeat(8);
      var request = ChatRequest.of(List.of(ChatMessage.user(signs), ChatMessage.user("and now?")));
      assertThat(PromptBudget.of(30, 5).fit(request).messages()).hasSize(2);
      assertThat(new PromptBudget(30, 5, tokens).fit(request).messages()).hasSize(1);
    }
  }
}
