package dev.mama.llm;

import dev.mama.ChatMessage;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;

/**
 * Guesses what a call will use, for what must be reserved before it: four characters a token,
 * corrected by what the server counted, and the answer as long as allowed, or as answers were.
 *
 * <p>Thread-safe.
 */
final class TokenEstimate {

  private static final double CHARS_PER_TOKEN = 4;
  private static final int TOKENS_PER_MESSAGE = 4;
  private static final double NEWEST_SHARE = 0.05;

  private double promptFactor = 1;
  private double completion = 256;

  /** Tokens of prompt and answer. */
  record Tokens(int prompt, int completion) {
    int sum() {
      return prompt + completion;
    }
  }

  synchronized Tokens of(ChatRequest request) {
    return new Tokens(
        (int) Math.ceil(plain(request) * promptFactor),
        request.maxTokens().orElse((int) Math.ceil(completion)));
  }

  synchronized void learn(ChatRequest request, ChatReply reply) {
    if (reply.tokens() > 0) {
      promptFactor += NEWEST_SHARE * (reply.promptTokens() / plain(request) - promptFactor);
      completion += NEWEST_SHARE * (reply.completionTokens() - completion);
    }
  }

  private static double plain(ChatRequest request) {
    double tokens = 0;
    for (ChatMessage message : request.messages()) {
      tokens += message.content().length() / CHARS_PER_TOKEN + TOKENS_PER_MESSAGE;
    }
    return tokens;
  }
}
