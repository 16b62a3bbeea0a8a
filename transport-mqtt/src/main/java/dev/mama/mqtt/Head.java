package dev.mama.mqtt;

import dev.mama.AgentId;
import dev.mama.Message;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Sequence;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What every message of ours says of itself, in one user property, because each costs sender,
 * broker and receiver about as much as a short payload: {@code 1 <id> <from> <sequence> <type>},
 * the first the version of this form, the sequence {@code <incarnation>/<number>} or {@code -}, the
 * type all that is left, which may be nothing.
 *
 * @param sequence its place in a line, or null
 * @param type the payload's, empty where it has none
 */
record Head(UUID id, AgentId from, @Nullable Sequence sequence, String type) {

  private static final String VERSION = "1";
  private static final String NONE = "-";

  static String write(Envelope envelope) {
    Message message = envelope.message();
    Sequence sequence = envelope.sequence();
    String place = sequence == null ? NONE : sequence.incarnation() + "/" + sequence.number();
    return VERSION
        + ' '
        + message.id()
        + ' '
        + message.from()
        + ' '
        + place
        + ' '
        + message.payload().type();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException if it is malformed
   */
  static Head read(String text) {
    int id = after(text, 0);
    int from = after(text, id);
    int sequence = after(text, from);
    int type = after(text, sequence);
    if (!text.startsWith(VERSION + " ")) {
      throw new IllegalArgumentException("its version is not " + VERSION);
    }
    String place = text.substring(sequence, type - 1);
    return new Head(
        UUID.fromString(text.substring(id, from - 1)),
        AgentId.of(text.substring(from, sequence - 1)),
        place.equals(NONE) ? null : sequence(place),
        text.substring(type));
  }

  private static int after(String text, int start) {
    int space = text.indexOf(' ', start);
    if (space < 0) {
      throw new IllegalArgumentException("it has less than five parts");
    }
    return space + 1;
  }

  /**
   * Reads {@code <incarnation>/<number>}.
   *
   * @throws IllegalArgumentException if it is malformed
   */
  static Sequence sequence(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("sequence has no slash");
    }
    return new Sequence(
        Long.parseLong(text, 0, slash, 10), Long.parseLong(text, slash + 1, text.length(), 10));
  }
}
