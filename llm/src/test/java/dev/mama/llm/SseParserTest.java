package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.llm.SseParser.Event;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseParserTest {

  /** All that the specification knows, with characters of one to four bytes. */
  private static final String STREAM =
      """
      \uFEFF: a comment
      data: {"text":"plain"}

      event: error
      data: ä 漢 🚀
      data

      retry: 10
      id: 7
      unknown: field
      data:no space
      data:  two spaces
      data: first
      data: second

      event: no data

      data
      data

      data:

      :
      data: [DONE]

      data: never finished
      """;

  private static final List<Event> EVENTS =
      List.of(
          new Event("message", "{\"text\":\"plain\"}"),
          new Event("error", "ä 漢 🚀\n"),
          new Event("message", "no space\n two spaces\nfirst\nsecond"),
          new Event("message", "\n"),
          new Event("message", ""),
          new Event("message", "[DONE]"));

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r", "\r\n"})
  void feed_cutAnywhere_givesTheSameEvents(String lineEnd) {
    byte[] bytes = bytes(STREAM.replace("\n", lineEnd));
    for (int cut = 0; cut <= bytes.length; cut++) {
      assertThat(events(bytes, cut)).as("cut at %d", cut).isEqualTo(EVENTS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r", "\r\n"})
  void feed_cutAtAnyTwoPlaces_givesTheSameEvents(String lineEnd) {
    byte[] bytes = bytes(STREAM.replace("\n", lineEnd));
    for (int first = 0; first <= bytes.length; first++) {
      for (int second = first; second <= bytes.length; second += 7) {
        assertThat(events(bytes, first, second)).isEqualTo(EVENTS);
      }
    }
  }

  @Test
  void feed_byteByByte_givesTheSameEvents() {
    byte[] bytes = bytes(STREAM);
    assertThat(events(bytes, cuts(bytes.length))).isEqualTo(EVENTS);
  }

  @Test
  void feed_crThenLfInTwoParts_isOneLineEnd() {
    var parser = new SseParser(100);
    parser.feed(bytes("data: a\r"));
    assertThat(parser.poll()).isEmpty();
    parser.feed(bytes("\n"));
    assertThat(parser.poll()).isEmpty();
    parser.feed(bytes("\r"));
    assertThat(parser.poll()).contains(new Event("message", "a"));
    parser.feed(bytes("\ndata: b\n\n"));
    assertThat(parser.poll()).contains(new Event("message", "b"));
  }

  @Test
  void feed_invalidUtf8_isReplaced() {
    var parser = new SseParser(100);
    parser.feed(new byte[] {'d', 'a', 't', 'a', ':', (byte) 0xFF, '\n', '\n'});
    assertThat(parser.poll()).contains(new Event("message", "\uFFFD"));
  }

  @Test
  void feed_eventTooLong_isRefusedWithTheLimit() {
    var parser = new SseParser(20);
    parser.feed(bytes("data: 12345\n\ndata: 12345\n\n"));
    assertThatThrownBy(() -> parser.feed(bytes("data: 123456789012345")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("20 bytes");
  }

  @Test
  void feed_manyLinesWithoutAnEnd_areRefused() {
    var parser = new SseParser(1_000);
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 1_000; i++) {
                parser.feed(bytes("data: x\n"));
              }
            })
        .hasMessageContaining("1000 bytes");
  }

  private static List<Event> events(byte[] bytes, int... cuts) {
    var parser = new SseParser(10_000);
    var events = new ArrayList<Event>();
    int from = 0;
    for (int cut : cuts) {
      parser.feed(Arrays.copyOfRange(bytes, from, cut));
      parser.poll().ifPresent(events::add);
      from = cut;
    }
    parser.feed(Arrays.copyOfRange(bytes, from, bytes.length));
    for (var event = parser.poll(); event.isPresent(); event = parser.poll()) {
      events.add(event.get());
    }
    return events;
  }

  private static int[] cuts(int length) {
    int[] cuts = new int[length];
    Arrays.setAll(cuts, i -> i);
    return cuts;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
