package dev.mama.runtime;

import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.Payload;
import dev.mama.PayloadException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What models have answered while one message was handled, so that a turn that runs again gets the
 * same answers to the same questions and does not pay for them twice.
 *
 * <p>Confined to the turn.
 */
final class Answers {

  /**
   * An answer.
   *
   * @param index the how manieth call of its turn it was, from 0
   * @param request what was asked, as {@link #digest} tells
   * @param reply a {@link ChatReply}, as this release or an earlier one has written it
   */
  record Call(int index, String request, Payload reply) {}

  private final List<Call> calls;

  Answers(List<Call> calls) {
    this.calls = new ArrayList<>(calls);
  }

  /**
   * The answer to call number {@code index}, if it was answered before, is the same request, and
   * can be read.
   */
  Optional<ChatReply> find(int index, String request) {
    return calls.stream()
        .filter(call -> call.index() == index && call.request().equals(request))
        .flatMap(call -> read(call.reply()).stream())
        .findFirst();
  }

  private static Optional<ChatReply> read(Payload reply) {
    try {
      return Optional.of(reply.as(ChatReply.class));
    } catch (PayloadException e) {
      return Optional.empty(); // of another release: the model is asked again
    }
  }

  boolean isEmpty() {
    return calls.isEmpty();
  }

  void add(Call call) {
    calls.add(call);
  }

  /** Tells requests apart by what decides about their answer: SHA-256, hexadecimal. */
  static String digest(ChatRequest request) {
    String text =
        List.of(
                request.messages(),
                request.temperature(),
                request.maxTokens(),
                request.tools(),
                request.toolChoice(),
                request.format())
            .toString();
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
