package dev.mama.llm.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.ChatReply;
import dev.mama.ChatStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class StreamPrefixTest {

  private static final String JSON =
      "<think>{\"city\": \"no\"}</think> {\"n\": {\"city\": 1}, \"list\": [\"}\", {\"city\": 2}], \"city\": \"K\\u00f6ln \\\"am\\\" Rhein\", \"days\": 12, \"tags\": [1, {\"a\": \"]\"}], \"last\": null}";

  @Test
  void sentence_cutAnywhere_isReturnedBeforeTheRestArrives() throws Exception {
    String text = " Is it 3.5 miles?\" It is. And more.";
    for (int size = 1; size <= text.length(); size++) {
      var stream = new Pieces(text, size);
      assertThat(StreamPrefix.sentence(stream)).contains("Is it 3.5 miles?\"");
      assertThat(stream.taken).isLessThanOrEqualTo(" Is it 3.5 miles?\" ".length() + size);
    }
  }

  @Test
  void sentence_otherEnds_areKnown() throws Exception {
    assertThat(StreamPrefix.sentence(new Pieces("漢字。続く", 1))).contains("漢字。");
    assertThat(StreamPrefix.sentence(new Pieces("A title\n\nText", 3))).contains("A title");
    assertThat(StreamPrefix.sentence(new Pieces("\n\n Well. Then", 1))).contains("Well.");
    assertThat(StreamPrefix.sentence(new Pieces("no end", 4))).contains("no end");
    assertThat(StreamPrefix.sentence(new Pieces("", 1))).isEmpty();
  }

  @Test
  void field_cutAnywhere_isReturnedAsSoonAsItIsThere() throws Exception {
    for (int size = 1; size <= JSON.length(); size++) {
      var stream = new Pieces(JSON, size);
      assertThat(StreamPrefix.field(stream, "city")).contains("Köln \"am\" Rhein");
      assertThat(stream.taken).isLessThanOrEqualTo(JSON.indexOf(", \"days") + size);
      assertThat(StreamPrefix.field(new Pieces(JSON, size), "days")).contains("12");
      assertThat(StreamPrefix.field(new Pieces(JSON, size), "n")).contains("{\"city\":1}");
      assertThat(StreamPrefix.field(new Pieces(JSON, size), "tags")).contains("[1,{\"a\":\"]\"}]");
      assertThat(StreamPrefix.field(new Pieces(JSON, size), "last")).contains("null");
    }
  }

  @Test
  void field_isNotThere_isEmpty() throws Exception {
    assertThat(StreamPrefix.field(new Pieces(JSON, 5), "a")).isEmpty();
    assertThat(StreamPrefix.field(new Pieces("no JSON at all", 5), "a")).isEmpty();
    assertThat(StreamPrefix.field(new Pieces("{\"a\": \"never ends", 5), "a")).isEmpty();
  }

  /** A stream in pieces of one size that counts the characters taken. */
  private static final class Pieces implements ChatStream {
    private final String text;
    private final Queue<String> pieces = new ArrayDeque<>();
    int taken;

    Pieces(String text, int size) {
      this.text = text;
      for (int from = 0; from < text.length(); from += size) {
        pieces.add(text.substring(from, Math.min(text.length(), from + size)));
      }
    }

    @Override
    public Optional<String> next() {
      Optional<String> piece = Optional.ofNullable(pieces.poll());
      taken += piece.map(String::length).orElse(0);
      return piece;
    }

    @Override
    public ChatReply reply() {
      return new ChatReply(text, "m", 0, 0, Duration.ZERO, Duration.ZERO);
    }

    @Override
    public void close() {
      pieces.clear();
    }
  }
}
