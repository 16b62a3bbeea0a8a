package dev.mama;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/**
 * The arrows between modules, read from the poms: every module may use {@code core}, a few another
 * one, and only those at the edge everything. A module that is not listed here is an error, not an
 * exception.
 */
class ReactorTest {

  private static final Path ROOT = Path.of("..");

  /** What a module may depend on besides its tests. */
  private static final Map<String, Set<String>> ALLOWED =
      Map.ofEntries(
          entry("bom", Set.of()),
          entry("journal", Set.of()),
          entry("embedded", Set.of()),
          entry("model-minilm", Set.of()),
          entry("core", Set.of("mama-journal")),
          entry("testkit", Set.of("mama-core")),
          entry("llm", Set.of("mama-core")),
          entry("matching", Set.of("mama-core")),
          entry("marl", Set.of("mama-core")),
          entry("mlflow", Set.of("mama-core")),
          entry("transport-mqtt", Set.of("mama-core", "mama-journal")),
          entry("registry", Set.of("mama-core", "mama-journal")),
          entry("replay", Set.of("mama-core", "mama-journal")),
          entry("storage-pg", Set.of("mama-core", "mama-journal")),
          entry("memory", Set.of("mama-core", "mama-journal", "mama-matching")),
          entry("negotiation", Set.of("mama-core", "mama-llm")));

  /** They see everything and are seen by nothing: no line above names them. */
  private static final Set<String> EDGE = Set.of("cli", "examples", "benchmarks", "stress");

  @Test
  void modules_areExactlyTheFoldersWithAPom() throws Exception {
    try (Stream<Path> folders = Files.list(ROOT)) {
      List<String> withPom =
          folders
              .filter(folder -> Files.exists(folder.resolve("pom.xml")))
              .map(folder -> folder.getFileName().toString())
              .toList();
      assertThat(modules()).containsExactlyInAnyOrderElementsOf(withPom);
    }
  }

  @ParameterizedTest
  @MethodSource("modules")
  void module_dependsOnlyOnWhatItMay(String module) throws Exception {
    if (EDGE.contains(module)) {
      return;
    }
    assertThat(ALLOWED).as("a new module gets a line in this test").containsKey(module);
    assertThat(dependencies(pom(ROOT.resolve(module).resolve("pom.xml"))))
        .as("dev.mama dependencies of %s outside its tests", module)
        .isSubsetOf(ALLOWED.get(module));
  }

  @ParameterizedTest
  @MethodSource("modules")
  void module_marksEachOfItsPackages(String module) throws IOException {
    Path sources = ROOT.resolve(module).resolve("src/main/java");
    if (Files.notExists(sources)) {
      return; // a module of resources or of managed versions only
    }
    Set<Path> packages = new TreeSet<>();
    try (Stream<Path> files = Files.walk(sources)) {
      files
          .filter(file -> file.toString().endsWith(".java"))
          .forEach(file -> packages.add(file.resolveSibling("package-info.java")));
    }
    assertThat(packages).isNotEmpty();
    for (Path info : packages) {
      assertThat(info).content().contains("@NullMarked");
    }
  }

  @Test
  void dependencies_testScopeAndManagement_doNotCount() throws Exception {
    Path pom = Files.createTempFile("pom", ".xml");
    try {
      Files.writeString(
          pom,
          """
          <project>
            <dependencyManagement><dependencies>
              <dependency><groupId>dev.mama</groupId><artifactId>managed</artifactId></dependency>
            </dependencies></dependencyManagement>
            <dependencies>
              <dependency><groupId>dev.mama</groupId><artifactId>plain</artifactId></dependency>
              <dependency><groupId>dev.mama</groupId><artifactId>run</artifactId><scope>runtime</scope></dependency>
              <dependency><groupId>dev.mama</groupId><artifactId>test</artifactId><scope>test</scope></dependency>
              <dependency><groupId>other</groupId><artifactId>foreign</artifactId></dependency>
            </dependencies>
            <profiles><profile><dependencies>
              <dependency><groupId>${project.groupId}</groupId><artifactId>profile</artifactId></dependency>
            </dependencies></profile></profiles>
          </project>
          """);
      assertThat(dependencies(pom(pom))).containsExactly("plain", "run", "profile");
    } finally {
      Files.delete(pom);
    }
  }

  static List<String> modules() throws Exception {
    return texts(pom(ROOT.resolve("pom.xml")), "/project//modules/module");
  }

  private static List<String> dependencies(Document pom) throws XPathExpressionException {
    return texts(
        pom,
        "(/project/dependencies | /project/profiles/profile/dependencies)/dependency"
            + "[groupId = 'dev.mama' or groupId = '${project.groupId}']"
            + "[not(scope = 'test')]/artifactId");
  }

  private static Document pom(Path file) throws Exception {
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
  }

  private static List<String> texts(Document pom, String path) throws XPathExpressionException {
    var nodes =
        (NodeList)
            XPathFactory.newInstance().newXPath().evaluate(path, pom, XPathConstants.NODESET);
    var texts = new ArrayList<String>();
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent().strip());
    }
    return texts;
  }
}
