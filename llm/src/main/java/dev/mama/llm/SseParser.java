package dev.mama.llm;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/**
 * Takes bytes as they come and gives events: <a
 * href="https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation">server-sent
 * events</a>, without ids and retry times, which only a client that reconnects needs.
 *
 * <p>Lines end with CR, LF or CRLF; a byte-order mark at the beginning, comments and unknown fields
 * are skipped; an event without data is none; one that is not finished by an empty line at the end
 * of the stream is dropped. Bytes are decoded by the line, so that no character is torn.
 *
 * <p>Not thread-safe.
 */
final class SseParser {

  private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final int maxEventBytes;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
  private final StringBuilder data = new StringBuilder();
  private final Queue<Event> events = new ArrayDeque<>();
  private String type = "";
  private boolean afterCr;
  private boolean firstLine = true;
  private int eventBytes;

  /**
   * An event.
   *
   * @param type {@code message} unless the server named another
   * @param data its data lines, joined by line feeds
   */
  record Event(String type, String data) {}

  /**
   * @param maxEventBytes longest event that is read, lines skipped within it included
   */
  SseParser(int maxEventBytes) {
    this.maxEventBytes = maxEventBytes;
  }

  /**
   * Takes the next bytes.
   *
   * @throws IllegalArgumentException if an event is longer than allowed
   */
  void feed(byte[] bytes) {
    for (byte b : bytes) {
      if (b == '\n' && afterCr) {
        afterCr = false; // the second half of CRLF
      } else if (b == '\n' || b == '\r') {
        afterCr = b == '\r';
        endLine();
      } else {
        afterCr = false;
        if (++eventBytes > maxEventBytes) {
          throw new IllegalArgumentException(
              "an event is longer than %d bytes".formatted(maxEventBytes));
        }
        line.write(b);
      }
    }
  }

  /** The oldest event that has not been taken; empty if more bytes are needed. */
  Optional<Event> poll() {
    return Optional.ofNullable(events.poll());
  }

  private void endLine() {
    byte[] bytes = line.toByteArray();
    line.reset();
    int from = firstLine && startsWithBom(bytes) ? BOM.length : 0;
    firstLine = false;
    if (bytes.length == from) {
      dispatch();
    } else {
      field(new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8));
    }
  }

  private void field(String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    String value = colon < 0 ? "" : text.substring(colon + 1);
    value = value.startsWith(" ") ? value.substring(1) : value;
    switch (name) {
      case "data" -> data.append(value).append('\n');
      case "event" -> type = value;
      default -> {} // a comment, whose name is empty, or a field that is of no use here
    }
  }

  private void dispatch() {
    if (!data.isEmpty()) {
      data.setLength(data.length() - 1);
      events.add(new Event(type.isEmpty() ? "message" : type, data.toString()));
      data.setLength(0);
    }
    type = "";
    eventBytes = 0;
  }

  private static boolean startsWithBom(byte[] line) {
    return line.length >= BOM.length && line[0] == BOM[0] && line[1] == BOM[1] && line[2] == BOM[2];
  }
}
