package dev.mama.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.examples.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentTest {

  private static final Path DOCS = Path.of("..", "docs");

  private static final String REPORT =
      """
      {"command": "bench steps", "commit": "abc", "jdk": "25", "machine": "m", "seed": 42,
       "startedAt": "2026-11-21T18:16:02Z", "noisy": false, "othersLoad": 0.01,
       "figures": [
        {"name": "steps.rate", "value": 5, "unit": "1/s", "low": null, "high": null, "samples": 1,
         "goal": null, "met": null},
        {"name": "steps.over", "value": 1.5, "unit": "ratio", "low": 1.25, "high": 1.75,
         "samples": 3, "goal": "<= 1.1", "met": false}]}
      """;

  @TempDir Path folder;

  /** Made anew by {@code ./mama bench compare --docs docs}. */
  @Test
  void performanceDocument_isWhatItsReportsAndProseMake() throws IOException {
    var document = new Document(DOCS);
    assertThat(Files.readString(document.file()))
        .as("after a change of reports or prose run: ./mama bench compare --docs docs")
        .isEqualTo(document.text().text());
  }

  @Test
  void reportsThatAreKept_areAsTheyWouldBeKeptAgain() throws IOException {
    try (Stream<Path> files = Files.list(DOCS.resolve("performance").resolve("reports"))) {
      List<Path> all = files.toList();
      assertThat(all).isNotEmpty();
      for (Path file : all) {
        assertThat(KeptReport.read("any", file).text()).isEqualTo(Files.readString(file));
      }
    }
  }

  private Path bench(String name, String report) throws IOException {
    Path bench = Files.createDirectories(folder.resolve(name));
    Files.writeString(bench.resolve("report.json"), report);
    return bench;
  }

  @Test
  void keep_takesOverReportAndCharts_andTheTextHasThem() throws IOException {
    Path docs = folder.resolve("docs");
    Files.createDirectories(docs.resolve("performance"));
    Files.writeString(
        docs.resolve("performance").resolve("10-a.md"),
        "# A\n\n{{steps.rate}} a second.\n\n{{nobody.knows}} things.\n\n![it](charts/it.png)\n");
    Path bench = bench("bench-steps", REPORT);
    Files.write(bench.resolve("it.png"), new byte[] {1});
    var document = new Document(docs);
    document.keep("steps", bench);

    Document.Text text = document.text();
    assertThat(text.text()).isEqualTo("# A\n\n5 a second.\n\n![it](charts/it.png)\n");
    assertThat(text.leftOut()).singleElement().asString().contains("nobody.knows");
    KeptReport kept = KeptReport.read("steps", docs.resolve("performance/reports/steps.json"));
    assertThat(kept).isEqualTo(KeptReport.read("steps", bench.resolve("report.json")));
    assertThat(kept.text()).doesNotContain("null");
  }

  @Test
  void keep_whatIsNoReport_isRefused() throws IOException {
    Path docs = Files.createDirectories(folder.resolve("docs"));
    Path bad = bench("bad", "{\"command\": \"bench steps\"}");
    assertThatThrownBy(() -> new Document(docs).keep("bad", bad))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is no report of a bench");
    assertThatThrownBy(() -> new Document(docs).keep("../x", bad))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("name '../x'");
    assertThat(docs.resolve("performance")).doesNotExist();
  }

  @Test
  void reportsBelowAFolder_areCalledByTheirFolders_andOtherCommandsPassedOver() throws IOException {
    bench("bench-steps", REPORT);
    bench("demo", REPORT.replace("bench steps", "demo"));
    Files.createDirectories(folder.resolve("empty"));
    assertThat(KeptReports.below(folder, false).all())
        .extracting(KeptReport::name)
        .containsExactly("steps");
  }
}
