package dev.mama.minilm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class MiniLmTest {

  @Test
  void graph_isTheFp32Model() throws IOException {
    assertThat(MiniLm.graph().openConnection().getContentLengthLong()).isEqualTo(90_387_606);
  }

  @Test
  void tokenizer_isATokenizerJson() throws IOException {
    try (var json = MiniLm.tokenizer().openStream()) {
      assertThat(new String(json.readAllBytes(), StandardCharsets.UTF_8))
          .contains("\"type\": \"BertNormalizer\"", "\"[CLS]\"");
    }
  }
}
