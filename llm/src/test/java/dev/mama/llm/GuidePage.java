package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The Java samples of a page of the guide, which shall stand in a test, but for white space. */
public final class GuidePage {

  private static final Pattern SAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  private GuidePage() {}

  /** Fails if a sample of {@code docs/guide/<page>} is not in the source of {@code test}. */
  public static void assertCompiled(String page, Class<?> test) throws IOException {
    String source =
        bare(
            Files.readString(Path.of("src/test/java", test.getName().replace('.', '/') + ".java")));
    List<String> samples = new ArrayList<>();
    var matcher = SAMPLE.matcher(Files.readString(Path.of("../docs/guide", page)));
    while (matcher.find()) {
      samples.add(matcher.group(1));
    }
    assertThat(samples)
        .isNotEmpty()
        .allSatisfy(sample -> assertThat(source).contains(bare(sample)));
  }

  private static String bare(String code) {
    return code.replaceAll("\\s", "");
  }
}
