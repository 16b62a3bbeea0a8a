package dev.mama.journal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Records as text. */
final class Texts {

  private Texts() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static ByteBuffer buffer(String text) {
    return ByteBuffer.wrap(bytes(text));
  }

  static String text(ByteBuffer payload) {
    return StandardCharsets.UTF_8.decode(payload).toString();
  }

  /** All records that {@code journal} keeps. */
  static List<String> all(Journal journal) throws InterruptedException {
    List<String> texts = new ArrayList<>();
    journal.read(journal.firstSequence(), (sequence, payload) -> texts.add(text(payload)));
    return texts;
  }
}
