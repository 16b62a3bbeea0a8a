package dev.mama.testkit;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes as a broken server sends them: parts with pauses between them, and how the connection ends.
 *
 * <p>For {@link ScriptedChatServer.Answer.Wire}; {@link Faults} makes the usual ones.
 *
 * <p>Immutable.
 *
 * @param parts what is sent, each part at once
 * @param end what becomes of the connection afterwards
 */
public record Transmission(List<Part> parts, End end) {

  /**
   * What is sent at once.
   *
   * <p>Immutable.
   *
   * @param pause how long the server waits before it
   * @param text sent as UTF-8, nothing added
   */
  public record Part(Duration pause, String text) {}

  /** What becomes of a connection. */
  public enum End {
    /** It stays open for the next request. */
    KEEP,
    /** It is closed in order. */
    CLOSE,
    /** It is reset (RST), as by a process that was killed. */
    RESET,
    /** The server's side is closed, the client's is not. */
    HALF_CLOSE,
    /** It stays open and silent until the server closes. */
    HANG
  }

  public Transmission {
    parts = List.copyOf(parts);
  }

  /** {@code text} at once. */
  public static Transmission of(String text, End end) {
    return new Transmission(List.of(new Part(Duration.ZERO, text)), end);
  }

  /**
   * {@code text} in parts of {@code size} characters, one each {@code pause}.
   *
   * @param size at least 1
   */
  public static Transmission slowly(String text, int size, Duration pause, End end) {
    if (size < 1) {
      throw new IllegalArgumentException("size %d of a part must be at least 1".formatted(size));
    }
    var parts = new ArrayList<Part>();
    for (int from = 0; from < text.length(); from += size) {
      parts.add(
          new Part(
              parts.isEmpty() ? Duration.ZERO : pause,
              text.substring(from, Math.min(text.length(), from + size))));
    }
    return new Transmission(parts, end);
  }

  /** A whole answer of HTTP/1.1 that says {@code body}, with its length. */
  static String http(int status, String type, String body) {
    return "HTTP/1.1 %d Scripted\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n%s"
        .formatted(status, type, body.getBytes(StandardCharsets.UTF_8).length, body);
  }
}
