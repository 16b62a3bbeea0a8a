package dev.mama.llm;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mama.ChatMessage;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Guesses what a call will use, for what must be reserved before it: the prompt as the model's
 * tokenizer counts it, or four characters a token where there is none, corrected by what the server
 * counted; and the answer as long as allowed, or as answers were.
 *
 * <p>Thread-safe.
 */
final class TokenEstimate {

  private static final double CHARS_PER_TOKEN = 4;
  private static final int TOKENS_PER_MESSAGE = 4;
  private static final double NEWEST_SHARE = 0.05;

  private final @Nullable Cache<ChatRequest, Integer> counted;
  private final ToIntFunction<ChatRequest> counter;
  private double promptFactor = 1;
  private double completion = 256;

  /** Tokens of prompt and answer. */
  record Tokens(int prompt, int completion) {
    int sum() {
      return prompt + completion;
    }
  }

  /**
   * @param prompt whose tokenizer counts, if there is one; a request is counted once while it lives
   */
  TokenEstimate(Optional<PromptBudget> prompt) {
    this.counted =
        prompt.isPresent()
            ? Caffeine.newBuilder().weakKeys().executor(Runnable::run).build()
            : null;
    this.counter = prompt.<ToIntFunction<ChatRequest>>map(budget -> budget::count).orElse(r -> 0);
  }

  Tokens of(ChatRequest request) {
    double plain = plain(request);
    synchronized (this) {
      return new Tokens(
          (int) Math.ceil(plain * promptFactor),
          request.maxTokens().orElse((int) Math.ceil(completion)));
    }
  }

  /** What an answer used: as the server counted, or guessed where it did not. */
  Tokens used(ChatRequest request, ChatReply reply) {
    return reply.tokens() > 0
        ? new Tokens(reply.promptTokens(), reply.completionTokens())
        : partly(request, reply.text().length());
  }

  /** What a request used that was answered by {@code chars} characters. */
  Tokens partly(ChatRequest request, int chars) {
    return new Tokens(of(request).prompt(), (int) Math.ceil(chars / CHARS_PER_TOKEN));
  }

  void learn(ChatRequest request, ChatReply reply) {
    if (reply.tokens() > 0) {
      double plain = plain(request);
      synchronized (this) {
        promptFactor += NEWEST_SHARE * (reply.promptTokens() / plain - promptFactor);
        completion += NEWEST_SHARE * (reply.completionTokens() - completion);
      }
    }
  }

  private double plain(ChatRequest request) {
    return counted == null ? byLength(request) : counted.get(request, counter::applyAsInt);
  }

  private static double byLength(ChatRequest request) {
    double chars = 0;
    for (ChatMessage message : request.messages()) {
      chars += message.content().length() + CHARS_PER_TOKEN * TOKENS_PER_MESSAGE;
      for (var call : message.toolCalls()) {
        chars += call.name().length() + call.arguments().length();
      }
    }
    for (var tool : request.tools()) {
      chars += tool.name().length() + tool.description().length() + tool.schema().length();
    }
    return chars / CHARS_PER_TOKEN;
  }
}
