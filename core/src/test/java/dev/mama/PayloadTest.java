package dev.mama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PayloadTest {

  record Question(String text, int tries, List<String> hints, Duration patience) {}

  record Answer(String text) {}

  record Odd(Object self) {}

  private static final Question QUESTION =
      new Question("where is it?", 2, List.of("ä", "\"quoted\""), Duration.ofMillis(1_500));

  @Test
  void as_sameProcess_isTheVeryRecord() {
    assertThat(Payload.of(QUESTION).as(Question.class)).isSameAs(QUESTION);
  }

  @Test
  void as_overTheWire_isAnEqualRecord() {
    Payload sent = Payload.of(QUESTION);
    Payload received = Payload.encoded(sent.type(), sent.json());
    assertThat(received.type()).isEqualTo("Question");
    assertThat(received.as(Question.class)).isEqualTo(QUESTION);
  }

  @Test
  void as_untypedSender_readsByTheWantedType() {
    assertThat(Payload.encoded("", utf8("{\"text\":\"hi\"}")).as(Answer.class))
        .isEqualTo(new Answer("hi"));
  }

  @Test
  void as_otherType_namesBoth() {
    Payload payload = Payload.of(QUESTION);
    assertThatExceptionOfType(PayloadException.class)
        .isThrownBy(() -> payload.as(Answer.class))
        .withMessageContaining("'Question'")
        .withMessageContaining("'Answer'");
  }

  @Test
  void as_brokenOrWrongJson_isAPayloadException() {
    for (String json : List.of("", "{", "null", "[]", "{\"text\":{}}")) {
      assertThatExceptionOfType(PayloadException.class)
          .as(json)
          .isThrownBy(() -> Payload.encoded("Answer", utf8(json)).as(Answer.class));
    }
  }

  @Test
  void json_askedTwice_isEncodedOnce() {
    Payload payload = Payload.text("hi");
    assertThat(payload.json()).isSameAs(payload.json());
    assertThat(payload.json()).asString(StandardCharsets.UTF_8).isEqualTo("{\"text\":\"hi\"}");
  }

  @Test
  void json_unwritableRecord_isAPayloadException() {
    var loop = new Object[1];
    loop[0] = loop;
    assertThatExceptionOfType(PayloadException.class)
        .isThrownBy(() -> Payload.of(new Odd(loop)).json())
        .withMessageContaining("'Odd'");
  }

  @Test
  void toString_longPayload_isCut() {
    assertThat(Payload.text("x".repeat(1_000)).toString()).hasSizeLessThan(220).endsWith("…");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
