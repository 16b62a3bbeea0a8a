package dev.mama;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class StateShapeTest {

  private static final Path GUIDE = Path.of("..", "docs", "guide", "state.md");
  private static final Pattern ROW =
      Pattern.compile("\\| (\\d+) \\| `([^`]+)` \\| (?:\\[0, 1]|0 or 1) \\|.+\\|.+\\|");

  @Test
  void names_areFiftyAndDistinct() {
    assertThat(StateShape.SIZE).isEqualTo(50);
    assertThat(StateShape.NAMES).hasSize(StateShape.SIZE).doesNotHaveDuplicates();
  }

  @Test
  void names_areThoseOfTheGuide() throws IOException {
    var rows = Files.readAllLines(GUIDE).stream().map(ROW::matcher).filter(m -> m.matches());
    List<String> documented = rows.map(m -> m.group(1) + " " + m.group(2)).toList();
    assertThat(documented)
        .containsExactlyElementsOf(
            StateShape.NAMES.stream()
                .map(name -> StateShape.NAMES.indexOf(name) + " " + name)
                .toList());
  }

  @Test
  void offsets_pointAtTheNamedValues() {
    for (int i = 0; i < StateShape.CANDIDATES; i++) {
      int at = StateShape.candidate(i);
      String prefix = "candidate." + (i + 1) + ".";
      assertName(at + StateShape.Offset.TRUST, prefix + "trust");
      assertName(at + StateShape.Offset.RESPONSE_TIME, prefix + "responseTime");
      assertName(at + StateShape.Offset.SUCCESS_RATE, prefix + "successRate");
      assertName(at + StateShape.Offset.SIMILARITY, prefix + "similarity");
      assertName(at + StateShape.Offset.LOAD, prefix + "load");
    }
  }

  private static void assertName(int index, String name) {
    assertThat(StateShape.NAMES.get(index)).isEqualTo(name);
  }
}
