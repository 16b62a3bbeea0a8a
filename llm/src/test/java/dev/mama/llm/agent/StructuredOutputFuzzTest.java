package dev.mama.llm.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * Whatever a model writes, reading it ends: with a value, or with the declared exception. {@code
 * -Dmama.fuzz=N} reads N answers instead of a few thousand.
 */
class StructuredOutputFuzzTest {

  private static final int ANSWERS = Integer.getInteger("mama.fuzz", 5_000);

  private static final String[] SEEDS = {
    "{\"name\":\"a\",\"number\":1,\"all\":[{\"type\":\"One\",\"text\":\"x\"},{\"type\":\"Two\",\"values\":[1.5,2]}],\"by\":{\"k\":7},\"maybe\":\"B\"}",
    "<think>{\"a\": [</think>```json\n{'name': 'it''s', number: 0x10, all: [], by: {}, maybe: null}\n```",
    "Sure! {\"name\": \"\\u00e4\\ud83d\", \"number\": 1e400, \"all\": {\"type\": \"one\"}, \"by\": []}",
  };
  private static final String PIECES =
      "{}[]\",:'\\/*<>` \n\t\r\u0000\uD83D\uDE80\uFEFFnulltruefalse-+.eE0123456789NaN<think></think>```$type";

  enum Letter {
    A,
    B
  }

  sealed interface Part {
    record One(String text) implements Part {}

    record Two(List<Double> values) implements Part {
      public Two {
        if (values.isEmpty()) {
          throw new IllegalStateException("a constructor that fails in its own way");
        }
      }
    }
  }

  record Whole(
      String name, int number, List<Part> all, Map<String, Long> by, Optional<Letter> maybe) {}

  private final StructuredOutput<Whole> wholes = StructuredOutput.of(Whole.class);
  private int fitted;
  private int refused;

  @Test
  @Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
  void read_mutatedAnswers_giveAValueOrTheDeclaredException() {
    var random = new SplittableRandom(42);
    for (int i = 0; i < ANSWERS; i++) {
      var answer = new StringBuilder(SEEDS[random.nextInt(SEEDS.length)]);
      for (int mutations = random.nextInt(8); mutations > 0; mutations--) {
        mutate(answer, random);
      }
      read(answer.toString());
    }
    assertThat(fitted).as("answers that fitted").isPositive();
    assertThat(refused).as("answers that did not").isPositive();
  }

  @Test
  @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
  void read_answersMadeToTakeLong_end() {
    int n = 200_000;
    read("{".repeat(n));
    read("[{".repeat(n));
    read("{\"a\":".repeat(n));
    read("{}".repeat(n));
    read("{'".repeat(n));
    read("{\"".repeat(n) + "}");
    read("<think>".repeat(n / 2));
    read("<think></thinking>".repeat(n / 8));
    read("{\"name\":\"" + "\\".repeat(n));
    read("{\"number\":" + "9".repeat(n) + "}");
    read("{\"name\":\"a\",\"number\":1e" + "9".repeat(300) + ",\"all\":[],\"by\":{}}");
    read("{/*".repeat(n) + "*/}");
    assertThat(refused).isPositive();
  }

  private void read(String answer) {
    try {
      assertThat(wholes.read(answer)).isNotNull();
      fitted++;
    } catch (StructuredOutputException e) {
      assertThat(e.raw()).isEqualTo(answer);
      refused++;
    }
  }

  private static void mutate(StringBuilder text, SplittableRandom random) {
    int at = text.isEmpty() ? 0 : random.nextInt(text.length());
    int end = Math.min(text.length(), at + 1 + random.nextInt(20));
    switch (random.nextInt(5)) {
      case 0 -> text.delete(at, end);
      case 1 -> {
        int from = random.nextInt(PIECES.length());
        text.insert(at, PIECES, from, Math.min(PIECES.length(), from + 1 + random.nextInt(6)));
      }
      case 2 -> text.insert(at, text.substring(at, end).repeat(1 + random.nextInt(40)));
      case 3 -> text.setLength(at);
      default -> {
        if (!text.isEmpty()) {
          text.setCharAt(at, (char) random.nextInt(0x250));
        }
      }
    }
  }
}
