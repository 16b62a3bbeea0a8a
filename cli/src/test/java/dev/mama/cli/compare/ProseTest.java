package dev.mama.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.bench.Figure;
import dev.mama.examples.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProseTest {

  @TempDir Path folder;
  private Prose prose;

  private static KeptReport report(String name, boolean noisy, Figure... figures) {
    return new KeptReport(
        name,
        "bench " + name,
        "abc",
        "25",
        "2 cores",
        42,
        "2026-11-21T18:16:02Z",
        noisy,
        List.of(figures));
  }

  @BeforeEach
  void prose() {
    prose =
        new Prose(
            new KeptReports(
                List.of(
                    report(
                        "steps",
                        false,
                        Figure.of("a.rate", 1_234_567.8, "1/s", 3).interval(1_000_000, 1_500_000),
                        Figure.of("a.over", 1.0449, "ratio", 3).atMost(1.1),
                        Figure.of("b.rate", 2_469_135.6, "1/s", 3)),
                    report("part-2", true, Figure.of("a.over", 1.2, "ratio", 3).atMost(1.1)))),
            folder);
  }

  private String fill(String text) {
    return prose.fill("page", text);
  }

  @Test
  void place_isFilled_inTheFormAskedFor() {
    assertThat(fill("{{a.rate}} a second")).isEqualTo("1,234,568 a second\n");
    assertThat(fill("{{a.rate|/1e6|2|i}}")).isEqualTo("1.23 [1.00, 1.50]\n");
    assertThat(fill("{{b.rate / a.rate|1}} times")).isEqualTo("2.0 times\n");
    assertThat(fill("{{steps:a.over|*100|0}} %")).isEqualTo("104 %\n");
    assertThat(fill("{{steps:a.over|goal}}")).isEqualTo("≤ 1.1: met\n");
    assertThat(prose.leftOut()).isEmpty();
  }

  @Test
  void figureOfSeveralReports_isTheWorst() {
    assertThat(fill("{{a.over|2}}, {{a.over|goal}}")).isEqualTo("1.20, ≤ 1.1: **falls short**\n");
  }

  @Test
  void sentenceWithoutItsFigure_isLeftOut_andTold() {
    assertThat(fill("One.\nTwo is {{a.over}} and {{nobody.knows}}.\nThree."))
        .isEqualTo("One.\nThree.\n");
    assertThat(prose.leftOut())
        .singleElement()
        .asString()
        .contains("page, line 2")
        .contains("nobody.knows");
  }

  @Test
  void cellWithoutItsFigure_saysSo() {
    assertThat(fill("| one | {{nobody.knows}} | {{steps:a.over}} |"))
        .isEqualTo("| one | not measured | 1.04 |\n");
    assertThat(prose.leftOut()).hasSize(1);
  }

  @Test
  void pictureThatIsNotThere_isLeftOut() throws IOException {
    Files.createFile(folder.resolve("here.png"));
    assertThat(fill("![a](here.png)\n![b](gone.png)")).isEqualTo("![a](here.png)\n");
  }

  @Test
  void head_tellsHowAReportWasMade_orThatItWasNot() {
    assertThat(fill("{{!head steps part-2 weather}}"))
        .contains("`./mama bench steps`, commit abc, JDK 25, 2 cores, 2026-11-21; quiet.")
        .contains("**noisy**")
        .contains("`weather` has **not been measured** here.");
  }

  @Test
  void goals_nothingIsHidden() {
    assertThat(fill("{{!goals}}"))
        .contains("`match.5000.over-encode` | – | ≤ 1.1 | not measured |")
        .contains("0 are met, 0 fall short, %d are not measured".formatted(Goal.all().size()));
    assertThat(fill("{{!further-goals}}"))
        .contains("| `a.over` | 1.20 ¹ | ≤ 1.1 | **falls short** |");
  }

  @Test
  void goals_areMetOrFallShort_byTheDesignsLimit() {
    var reports =
        new KeptReports(
            List.of(
                report(
                    "some",
                    false,
                    Figure.of("policy.over-linucb.low", 0, "reward", 30).atLeast(0),
                    Figure.of("runtime.hops.over-pekko", 1.6, "ratio", 3))));
    assertThat(Page.goals(reports))
        .contains("`policy.over-linucb.low` | 0 | > 0 | **falls short** |")
        .contains("`runtime.hops.over-pekko` | 1.60 | ≥ 1.5 | met |")
        .contains("1 are met, 1 fall short");
  }

  @Test
  void furtherGoals_ofManySizes_areOneRow_withTheWorst() {
    var figures = new Figure[5];
    for (int i = 0; i < 5; i++) {
      figures[i] = Figure.of("some.%d.lost".formatted(10 * i), i, "count", 1).exactly(0);
    }
    assertThat(Page.furtherGoals(new KeptReports(List.of(report("some", false, figures)))))
        .contains("| `some.N.lost`, the worst of 5 | 4 | = 0 | **falls short** |")
        .doesNotContain("some.10.lost");
  }

  @Test
  void figureOfAQuickRun_countsOnlyWhereNoFullOneHasIt() {
    var quick =
        new KeptReport(
            "a-quick",
            "bench a --quick",
            "abc",
            "25",
            "m",
            42,
            "2026",
            false,
            List.of(
                Figure.of("a.over", 9, "ratio", 3).atMost(1.1),
                Figure.of("a.more", 7, "ratio", 3)));
    var reports =
        new KeptReports(List.of(quick, report("b", false, Figure.of("a.over", 1, "ratio", 3))));
    assertThat(reports.figure("a.over").orElseThrow().figure().value()).isEqualTo(1);
    assertThat(reports.figure("a.more").orElseThrow().figure().value()).isEqualTo(7);
    assertThat(reports.figure("a-quick:a.over").orElseThrow().figure().value()).isEqualTo(9);
  }

  @Test
  void comparisons_ratioOfTheReport_orOfTheTwoFigures_orNone() {
    var reports =
        new KeptReports(
            List.of(
                report(
                    "runtime",
                    false,
                    Figure.of("runtime.hops.rate", 6, "1/s", 3),
                    Figure.of("runtime.pekko.hops.rate", 4, "1/s", 3),
                    Figure.of("runtime.hops.over-pekko", 1.4, "ratio", 3).interval(1.3, 1.5),
                    Figure.of("runtime.start.rate", 10, "1/s", 3),
                    Figure.of("runtime.pekko.start.rate", 4, "1/s", 3))));
    assertThat(Page.comparisons(reports))
        .contains(
            "| random hops, messages a second | 6 /s | Apache Pekko | 4 /s | 1.40 [1.30, 1.50] |")
        .contains("| 10 /s | Apache Pekko | 4 /s | 2.50 (no interval) |")
        .contains("| LangChain4j | not measured | not measured |");
  }

  @Test
  void placeOrPartNotUnderstood_isRefused_byItsLine() {
    assertThatThrownBy(() -> fill("\n{{a.over|two}}"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("page, line 2: 'two' is not understood");
    assertThatThrownBy(() -> fill("{{!weather}}"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("part 'weather' is unknown");
    assertThatThrownBy(() -> fill("{{!page weather}}"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no bench 'weather'");
  }
}
