package dev.mama.cli.compare;

import dev.mama.examples.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The document of all figures, {@code performance.md}: made of the reports and the prose that are
 * kept beside it, in {@code performance/reports} and {@code performance/*.md} by name.
 *
 * <p>Immutable.
 *
 * @param docs the folder of the documentation
 */
public record Document(Path docs) {

  /** The document's text, and what had no figure. */
  public record Text(String text, List<String> leftOut) {}

  /** Where it stands. */
  public Path file() {
    return docs.resolve("performance.md");
  }

  private Path reports() {
    return docs.resolve("performance").resolve("reports");
  }

  /**
   * Makes it anew, without writing it.
   *
   * @throws InputException if the folder has no reports or no prose, or one is not understood
   */
  public Text text() {
    var prose = new Prose(KeptReports.in(reports()), docs);
    var text = new StringBuilder();
    try (Stream<Path> files = Files.list(docs.resolve("performance"))) {
      for (Path file :
          files
              .filter(it -> it.getFileName().toString().matches("\\d+-.*\\.md"))
              .sorted()
              .toList()) {
        text.append(prose.fill(file.toString(), Files.readString(file))).append('\n');
      }
    } catch (IOException e) {
      throw new InputException(
          "%s: the prose cannot be read (%s)"
              .formatted(docs.resolve("performance"), e.getMessage()));
    }
    // Where sentences were left out, their paragraph may be empty.
    String tidy = text.toString().replaceAll("\n{3,}", "\n\n").strip() + "\n";
    return new Text(tidy, List.copyOf(prose.leftOut()));
  }

  /**
   * Takes the report of {@code folder} over, and its charts.
   *
   * @param name what it is kept by from now on
   * @throws InputException if there is no report, the name is none, or the files cannot be written
   */
  public void keep(String name, Path folder) {
    if (!name.matches("[a-z0-9-]+")) {
      throw new InputException(
          "name '%s' of a report must be of a-z, 0-9 and -; give one as NAME=%s"
              .formatted(name, folder));
    }
    KeptReport report = KeptReport.read(name, folder.resolve("report.json"));
    if (report.isSmoke()) {
      throw new InputException(
          "%s: is the report of a smoke run, which measures nothing; run ./mama %s"
              .formatted(folder, report.command().replace(" --smoke", "")));
    }
    try (Stream<Path> files = Files.list(folder)) {
      Files.createDirectories(reports());
      Files.createDirectories(docs.resolve("charts"));
      Files.writeString(reports().resolve(name + ".json"), report.text());
      for (Path chart : files.filter(it -> it.toString().endsWith(".png")).toList()) {
        Files.copy(
            chart,
            docs.resolve("charts").resolve(chart.getFileName()),
            StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new InputException("%s: cannot be taken over (%s)".formatted(folder, e.getMessage()));
    }
  }
}
