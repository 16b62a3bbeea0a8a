package dev.mama.llm.agent;

import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Finds the JSON object that a model meant, in whatever it wrote around it: thinking, a fence, an
 * introduction, an apology. Takes the longest balanced object that can be parsed, leniently:
 * comments, single quotes, names without quotes, trailing commas.
 *
 * <p>The work is bounded: {@value #MAX_CHARS} characters, {@value #MAX_DEPTH} levels, and as many
 * steps as {@value #PASSES} readings of the text take. Nothing is evaluated.
 */
final class JsonText {

  static final int MAX_CHARS = 1 << 20;
  static final int MAX_DEPTH = 64;
  private static final int PASSES = 32;

  private static final String ENDED = "</think>";
  private static final Pattern THINKING =
      Pattern.compile("<(think|thinking|thought|reasoning)>.*?(</\\1>|\\z)", Pattern.DOTALL);

  private static final JsonMapper LENIENT =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
                  .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
                  .enable(JsonReadFeature.ALLOW_UNQUOTED_PROPERTY_NAMES)
                  .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
                  .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
                  .enable(JsonReadFeature.ALLOW_LEADING_ZEROS_FOR_NUMBERS)
                  .enable(JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS)
                  .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
                  .build())
          .build();

  private JsonText() {}

  /** The object in {@code answer}; empty if there is none that can be parsed. */
  static Optional<JsonNode> object(String answer) {
    if (answer.length() > MAX_CHARS) {
      return Optional.empty();
    }
    String said = THINKING.matcher(answer).replaceAll(" ");
    // Some templates open the thinking themselves, so that only its end is in the answer.
    return first(said.substring(Math.max(0, said.lastIndexOf(ENDED)))).or(() -> first(answer));
  }

  /** Of the objects that lie side by side, the longest that can be parsed. */
  private static Optional<JsonNode> first(String text) {
    Optional<JsonNode> longest = Optional.empty();
    int length = 0;
    long steps = (long) PASSES * text.length() + PASSES;
    int from = text.indexOf('{');
    while (from >= 0 && steps > 0) {
      int end = balancedEnd(text, from);
      steps -= Math.abs(end) - from;
      Optional<JsonNode> found = end > 0 ? parse(text.substring(from, end)) : Optional.empty();
      if (found.isPresent() && end - from > length) {
        longest = found;
        length = end - from;
      }
      // What is no object may hold one.
      from = text.indexOf('{', found.isPresent() ? end : from + 1);
    }
    return longest;
  }

  /**
   * The index after the bracket that closes the one at {@code from}; if none, minus where it ends.
   */
  private static int balancedEnd(String text, int from) {
    char[] closers = new char[MAX_DEPTH];
    int depth = 0;
    char quote = 0;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        if (c == '\\') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
        continue;
      }
      switch (c) {
        case '"', '\'' -> quote = c;
        case '{', '[' -> {
          if (depth == MAX_DEPTH) {
            return -i;
          }
          closers[depth++] = c == '{' ? '}' : ']';
        }
        case '}', ']' -> {
          if (closers[--depth] != c) {
            return -i;
          }
          if (depth == 0) {
            return i + 1;
          }
        }
        default -> {}
      }
    }
    return -text.length();
  }

  private static Optional<JsonNode> parse(String json) {
    return value(json).filter(JsonNode::isObject);
  }

  /** Any JSON value; empty if it cannot be parsed. */
  static Optional<JsonNode> value(String json) {
    try {
      return Optional.of(LENIENT.readTree(json));
    } catch (JacksonException e) {
      return Optional.empty(); // the next candidate may be what was meant
    }
  }
}
