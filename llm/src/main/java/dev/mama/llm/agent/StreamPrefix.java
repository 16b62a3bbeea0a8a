package dev.mama.llm.agent;

import dev.mama.ChatStream;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the beginning of a stream, so that one can act on it while the rest arrives.
 *
 * <pre>{@code
 * try (var stream = context.stream(request)) {
 *   String city = StreamPrefix.field(stream, "city").orElseThrow();
 *   context.send(guideOf(city), …);
 *   Plan plan = plans.read(stream.reply());
 * }
 * }</pre>
 *
 * <p>What was read here is in {@link ChatStream#reply} all the same.
 *
 * <p>Thread-safe; it holds nothing.
 */
public final class StreamPrefix {

  private static final Pattern SENTENCE =
      Pattern.compile("(?:[.!?…]+[\"'”’)\\]]*\\s|[。！？]|\\n\\s*\\n)");

  private StreamPrefix() {}

  /**
   * Waits for the first sentence: up to a full stop, question or exclamation mark with white space
   * after it, an ideographic one, or an empty line; the whole answer if it has none of these.
   *
   * @return the sentence without white space around it; empty if the answer is
   * @throws dev.mama.ChatException if the answer breaks off before
   */
  public static Optional<String> sentence(ChatStream stream) throws InterruptedException {
    var text = new StringBuilder();
    Matcher end = SENTENCE.matcher(text);
    int from = 0;
    for (var piece = stream.next(); piece.isPresent(); piece = stream.next()) {
      if (text.isEmpty()) {
        text.append(piece.get().stripLeading());
      } else {
        text.append(piece.get());
      }
      end.reset();
      if (end.find(from)) {
        return Optional.of(text.substring(0, end.end()).strip());
      }
      // A mark at the end may be completed by the next piece.
      from = Math.max(0, text.length() - 8);
    }
    return Optional.of(text.toString().strip()).filter(rest -> !rest.isEmpty());
  }

  /**
   * Waits for a field of the JSON object that the answer is, or that stands in it after thinking.
   *
   * @param name of a field of the object itself, not of one within it
   * @return a text as it is, every other value as JSON; empty if the answer ends without the field
   * @throws dev.mama.ChatException if the answer breaks off before
   */
  public static Optional<String> field(ChatStream stream, String name) throws InterruptedException {
    var scanner = new FieldScanner(name);
    for (var piece = stream.next(); piece.isPresent(); piece = stream.next()) {
      for (int i = 0; i < piece.get().length(); i++) {
        if (scanner.accept(piece.get().charAt(i))) {
          return JsonText.value(scanner.value())
              .map(value -> value.isString() ? value.asString() : value.toString());
        }
      }
    }
    return Optional.empty();
  }

  /** Finds the value of one field, character by character; looks at each once. */
  private static final class FieldScanner {
    private final String name;
    private final StringBuilder before = new StringBuilder();
    private final StringBuilder key = new StringBuilder();
    private final StringBuilder value = new StringBuilder();
    private int depth;
    private boolean inString;
    private boolean escaped;
    private boolean afterColon;
    private boolean wanted;

    FieldScanner(String name) {
      this.name = name;
    }

    String value() {
      return value.toString();
    }

    /** Takes the next character; whether the value is complete with it. */
    boolean accept(char c) {
      if (depth == 0) {
        before.append(c);
        if (c == '{' && before.lastIndexOf("<think") <= before.lastIndexOf("</think")) {
          depth = 1;
        }
        return false;
      }
      if (inString) {
        return acceptInString(c);
      }
      switch (c) {
        case '"' -> {
          inString = true;
          if (depth == 1 && !afterColon) {
            key.setLength(0);
          }
        }
        case ':' -> {
          if (depth == 1 && !afterColon) {
            afterColon = true;
            wanted = key.toString().equals(name);
            return false;
          }
        }
        case '{', '[' -> depth++;
        case '}', ']' -> depth--;
        default -> {}
      }
      if (afterColon && (depth == 0 || (depth == 1 && c == ','))) {
        afterColon = false;
        return wanted; // a number, true, false or null has ended
      }
      if (wanted && afterColon) {
        value.append(c);
        return depth == 1 && (c == '}' || c == ']');
      }
      return false;
    }

    private boolean acceptInString(char c) {
      if (afterColon) {
        if (wanted) {
          value.append(c);
        }
      } else if (depth == 1 && c != '"') {
        key.append(c);
      }
      if (escaped) {
        escaped = false;
      } else if (c == '\\') {
        escaped = true;
      } else if (c == '"') {
        inString = false;
        return wanted && afterColon && depth == 1;
      }
      return false;
    }
  }
}
