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

  /** What an answer used: as the server counted, or guessed where it did not. */
  Tokens used(ChatRequest request, ChatReply reply) {
    return reply.tokens() > 0
        ? new Tokens(reply.promptTokens(), reply.completionTokens())
        : partly(request, reply.text().length());
  }

  /** What a request used that was answered by {@code chars} characters. */
  synchronized Tokens partly(ChatRequest request, int chars) {
    return new Tokens(
        (int) Math.ceil(plain(request) * promptFactor), (int) Math.ceil(chars / CHARS_PER_TOKEN));
  }

  synchronized void learn(ChatRequest request, ChatReply reply) {
    if (reply.tokens() > 0) {
      promptFactor += NEWEST_SHARE * (reply.promptTokens() / plain(request) - promptFactor);
      completion += NEWEST_SHARE * (reply.completionTokens() - completion);
    }
  }

  private static double plain(ChatRequest request) {
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
