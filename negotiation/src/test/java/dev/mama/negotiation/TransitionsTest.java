package dev.mama.negotiation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.negotiation.Transitions.Transition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TransitionsTest {

  private static final Path GUIDE = Path.of("..", "docs", "guide", "14-negotiation.md");
  private static final Pattern ARROW =
      Pattern.compile("^ *([A-Z_]+) --> ([A-Z_]+) *: *([A-Z_]+) *$", Pattern.MULTILINE);

  @Test
  void table_isTheDiagramInTheGuide() throws IOException {
    String guide = Files.readString(GUIDE);
    String diagram =
        guide.substring(
            guide.indexOf("```mermaid"), guide.indexOf("```", guide.indexOf("```mermaid") + 3));
    List<Transition> drawn = new ArrayList<>();
    var arrow = ARROW.matcher(diagram);
    while (arrow.find()) {
      drawn.add(
          new Transition(
              Phase.valueOf(arrow.group(1)),
              Trigger.valueOf(arrow.group(3)),
              Phase.valueOf(arrow.group(2))));
    }
    assertThat(drawn).containsExactlyInAnyOrderElementsOf(Transitions.TABLE);
    assertThat(diagram).contains("[*] --> " + Transitions.FIRST);
    for (Phase phase : Phase.values()) {
      assertThat(diagram.contains(phase + " --> [*]")).as("%s ends", phase).isEqualTo(phase.over());
    }
  }

  @Test
  void table_leadsFromEachPhaseToAnEnd_andNowhereFromThere() {
    var reached = EnumSet.of(Transitions.FIRST);
    while (Transitions.TABLE.stream()
        .anyMatch(line -> reached.contains(line.from()) && reached.add(line.to()))) {
      // until nothing is added
    }
    assertThat(reached).containsExactlyInAnyOrder(Phase.values());
    for (Phase phase : Phase.values()) {
      long ways = Transitions.TABLE.stream().filter(line -> line.from() == phase).count();
      assertThat(ways == 0).as("%s is over", phase).isEqualTo(phase.over());
      assertThat(Transitions.next(phase, Trigger.OUT_OF_TIME).isPresent())
          .as("%s has a deadline", phase)
          .isNotEqualTo(phase.over());
    }
    assertThat(Transitions.TABLE.stream().map(Transition::by).distinct())
        .containsExactlyInAnyOrderElementsOf(Arrays.asList(Trigger.values()));
  }

  @Test
  void table_saysOneThingForEachPhaseAndTrigger() {
    assertThat(Transitions.TABLE.stream().map(line -> line.from() + " " + line.by()))
        .doesNotHaveDuplicates();
  }
}
