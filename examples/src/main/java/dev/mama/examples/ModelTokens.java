package dev.mama.examples;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.mama.llm.TokenCounter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Map;

/**
 * Counts tokens as a model does whose {@code tokenizer.json} is at hand, by Hugging Face's
 * tokenizers through DJL: what a {@link dev.mama.llm.PromptBudget} counts with where four
 * characters a token are not good enough.
 *
 * <p>Thread-safe.
 */
public final class ModelTokens implements TokenCounter, AutoCloseable {

  private final HuggingFaceTokenizer tokenizer;

  private ModelTokens(HuggingFaceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * Loads a tokenizer.
   *
   * @param json in the form of Hugging Face's {@code tokenizer.json}
   * @throws UncheckedIOException if it cannot be read
   */
  public static ModelTokens open(URL json) {
    System.setProperty("ai.djl.offline", System.getProperty("ai.djl.offline", "true"));
    try (InputStream in = json.openStream()) {
      return new ModelTokens(
          HuggingFaceTokenizer.newInstance(
              in, Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false")));
    } catch (IOException e) {
      throw new UncheckedIOException("tokenizer '%s' cannot be read".formatted(json), e);
    }
  }

  @Override
  public int count(String text) {
    return text.isEmpty() ? 0 : tokenizer.encode(text, false, false).getIds().length;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
