package dev.mama.cli.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every Java sample of the README and of the guide stands in the source of a test of some module,
 * so it compiles; but for white space, comments, and what an ellipsis leaves out.
 */
class GuideTest {

  private static final Path ROOT = Path.of("..");
  private static final Pattern SAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern COMMENT = Pattern.compile("(^|\\s)//.*$", Pattern.MULTILINE);

  private static List<String> sources = List.of();

  @BeforeAll
  static void readTests() throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path tests : modules.map(module -> module.resolve("src/test/java")).toList()) {
        if (Files.isDirectory(tests)) {
          try (Stream<Path> files = Files.walk(tests)) {
            for (Path file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
              found.add(bare(Files.readString(file)));
            }
          }
        }
      }
    }
    sources = found;
  }

  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> chapters = Files.list(ROOT.resolve("docs/guide"))) {
      chapters.filter(it -> it.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  @ParameterizedTest
  @MethodSource("pages")
  void samples_ofPage_areCompiled(Path page) throws IOException {
    assertThat(missing(Files.readString(page)))
        .as("parts of samples that stand in no test: put them into one, to the letter")
        .isEmpty();
  }

  @Test
  void sampleThatStandsNowhere_isFound() {
    String page = "```java\nvar group = AgentGroup.%s(); …\n```".formatted("imagined");
    assertThat(missing(page)).containsExactly("vargroup=AgentGroup.%s();".formatted("imagined"));
  }

  @Test
  void readme_runs() throws Exception {
    AgentSamples.readme();
  }

  @Test
  void clerk_runs() throws Exception {
    AgentSamples.clerk();
  }

  private static List<String> missing(String page) {
    return SAMPLE
        .matcher(page)
        .results()
        .flatMap(sample -> Pattern.compile("…").splitAsStream(sample.group(1)))
        .map(GuideTest::bare)
        .filter(part -> sources.stream().noneMatch(source -> source.contains(part)))
        .toList();
  }

  private static String bare(String code) {
    return COMMENT.matcher(code).replaceAll("").replaceAll("\\s", "");
  }
}
