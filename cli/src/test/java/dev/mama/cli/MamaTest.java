package dev.mama.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad input: one clear line, exit code 2, nothing half written. */
class MamaTest {

  private static final String TWO_SIZES = "--quick and --smoke are two sizes; give one of them";

  @TempDir static Path folder;

  private record Ended(int code, String out, String err) {}

  private static Ended run(String... args) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    var written = new ByteArrayOutputStream();
    var complained = new ByteArrayOutputStream();
    System.setOut(new PrintStream(written, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(complained, true, StandardCharsets.UTF_8));
    try {
      int code = Mama.run(args);
      return new Ended(
          code,
          written.toString(StandardCharsets.UTF_8),
          complained.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  static Stream<Arguments> badInput() throws IOException {
    Path bad = Files.writeString(folder.resolve("bad.yaml"), "- id: a\n  specialty: s\n");
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    return Stream.of(
        Arguments.of("a command is needed", new String[] {}),
        Arguments.of("command 'dance' is unknown; known are demo, run", new String[] {"dance"}),
        Arguments.of("Unknown options: '--agnets', '5'", new String[] {"demo", "--agnets", "5"}),
        Arguments.of("'five' is not an int", new String[] {"demo", "--agents", "five"}),
        Arguments.of("--agents 0 must be 1 to 100,000", new String[] {"demo", "--agents", "0"}),
        Arguments.of(
            "name either --database URL or --archive DIR", new String[] {"replay", "exp-1"}),
        Arguments.of(
            "--database: database URL 'x' must have the form jdbc:postgresql:",
            new String[] {"export", "exp-1", "--csv", "--database", "x"}),
        Arguments.of(
            "--kind cats is unknown; known are agents, calls, decisions",
            new String[] {"replay", "e", "--kind", "cats", "--database", "jdbc:postgresql:x"}),
        Arguments.of(
            "--from noon is no time; write it like 2026-06-01T12:00:00Z",
            new String[] {"replay", "e", "--from", "noon", "--database", "jdbc:postgresql:x"}),
        Arguments.of(
            "--broker-port 70000 must be 0 to 65535",
            new String[] {"demo", "--broker-port", "70000"}),
        Arguments.of(
            "bad.yaml line 1: field 'description' is missing",
            new String[] {"demo", "--cards", bad.toString()}),
        Arguments.of(
            "none.yaml: there is no such file",
            new String[] {"demo", "--needs", folder.resolve("none.yaml").toString()}),
        Arguments.of(
            "cannot be written to",
            new String[] {"demo", "--out", file.resolve("below").toString()}),
        Arguments.of(
            "database URL 'mysql:somewhere' must have the form jdbc:postgresql:",
            new String[] {
              "demo", "--database", "mysql:somewhere", "--out", folder.resolve("a").toString()
            }),
        Arguments.of(
            "bad.yaml line 1: the file must be a mapping of experiment,",
            new String[] {"run", bad.toString()}),
        Arguments.of(
            "bad.yaml line 1: the file must be a mapping of experiment,",
            new String[] {"check", bad.toString()}),
        Arguments.of("none.yaml: there is no such file", new String[] {"run", "none.yaml"}),
        Arguments.of(
            "there is no run in",
            new String[] {"diff", folder.resolve("a").toString(), folder.resolve("b").toString()}),
        Arguments.of(
            "are the same folder; give two runs",
            new String[] {"diff", folder.toString(), folder.toString()}),
        Arguments.of("question 'trust' has no --soak", new String[] {"bench", "trust", "--soak"}),
        Arguments.of(
            "question 'registry' has no --seeds",
            new String[] {"bench", "registry", "--seeds", "1..3"}),
        Arguments.of(
            "seeds '3..1' must be two or more", new String[] {"bench", "trust", "--seeds", "3..1"}),
        Arguments.of("line 1 is '", new String[] {"bench", "trust", "--attacks", bad.toString()}),
        Arguments.of(
            "none.txt' cannot be read",
            new String[] {"bench", "trust", "--attacks", folder.resolve("none.txt").toString()}),
        Arguments.of("question 'weather' is unknown", new String[] {"bench", "weather"}),
        Arguments.of("--minutes 0.0 must be more than 0", new String[] {"soak", "--minutes", "0"}),
        Arguments.of("rate 0 must be 1 to 10,000", new String[] {"soak", "--rate", "0"}),
        Arguments.of(
            "cannot be written to",
            new String[] {"soak", "--quick", "--out", file.resolve("below").toString()}),
        Arguments.of("agents 0 must be 1 to 100,000", new String[] {"stress", "--agents", "5,0"}),
        Arguments.of(
            "latency in ms -1 must be 0 to 60,000", new String[] {"stress", "--latency", "-1"}),
        Arguments.of("a question is needed", new String[] {"bench"}),
        Arguments.of(
            "none: cannot be read; run ./mama bench first",
            new String[] {"bench", "compare", "--reports", "none"}),
        Arguments.of("--keep is for --docs", new String[] {"bench", "compare", "--keep", "x"}),
        Arguments.of("world 'weather' is unknown", new String[] {"train", "--env", "weather"}),
        Arguments.of("world file '", new String[] {"train", "--env", bad.toString()}),
        Arguments.of("rounds 0 must be 1", new String[] {"train", "--rounds", "0"}),
        Arguments.of("discount 1.0 must be in", new String[] {"train", "--discount", "1"}),
        Arguments.of(
            "seeds '3..1' must be two or more",
            new String[] {"train", "--evaluate", "--seeds", "3..1"}),
        Arguments.of(
            "none.safetensors' cannot be read",
            new String[] {"train", "--evaluate", "--policy", "none.safetensors"}),
        Arguments.of(
            "--policy is for --evaluate", new String[] {"train", "--policy", bad.toString()}),
        Arguments.of("are two commands", new String[] {"train", "--evaluate", "--ablate"}),
        Arguments.of("--or-none is for learning", new String[] {"train", "--ablate", "--or-none"}),
        Arguments.of("--seeds is for --evaluate", new String[] {"train", "--seeds", "1..3"}),
        Arguments.of(
            "--rounds is for learning", new String[] {"train", "--evaluate", "--rounds", "3"}),
        Arguments.of(
            "command 'weather' is unknown; known are negotiation",
            new String[] {"demo", "weather"}),
        Arguments.of(
            "--objective is for learning one policy",
            new String[] {"train", "--ablate", "--objective", "own"}),
        Arguments.of(
            "--discount is for learning one policy",
            new String[] {"train", "--ablate", "--discount", "0.5"}),
        Arguments.of(TWO_SIZES, new String[] {"bench", "steps", "--quick", "--smoke"}),
        Arguments.of(TWO_SIZES, new String[] {"soak", "--quick", "--smoke"}),
        Arguments.of(TWO_SIZES, new String[] {"stress", "--smoke", "--quick"}),
        Arguments.of(
            "--soak is a long run and --smoke a short one",
            new String[] {"bench", "matching", "--soak", "--smoke"}),
        Arguments.of(
            "--latency is not for --smoke", new String[] {"stress", "--smoke", "--latency", "50"}),
        Arguments.of(
            "--smoke is not for --docs",
            new String[] {"bench", "compare", "--smoke", "--docs", "docs"}));
  }

  @ParameterizedTest
  @MethodSource
  void badInput(String expected, String[] args) {
    assertRefused(run(args), expected);
  }

  private static void assertRefused(Ended ended, String expected) {
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains(expected).doesNotContain("\tat ");
    assertThat(ended.err().lines().filter(line -> line.startsWith("mama: ")).toList()).hasSize(1);
    assertThat(folder.resolve("a").resolve("report.json")).doesNotExist();
  }

  @Test
  void demo_databaseRefuses_namesItAndTheNextStep() throws IOException {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    assertRefused(
        run(
            "demo",
            "--database",
            "jdbc:postgresql://127.0.0.1:" + port + "/none",
            "--out",
            folder.resolve("a").toString()),
        "127.0.0.1:" + port);
  }

  @Test
  void demo_brokerPortInUse_namesIt() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = "" + taken.getLocalPort();
      assertRefused(
          run("demo", "--broker-port", port, "--out", folder.resolve("a").toString()), port);
    }
  }

  @Test
  void bench_writesAReportForAPersonAndAProgram_andCompareFindsItWhereAsked() throws IOException {
    Path attacks = Files.writeString(folder.resolve("attacks.txt"), "collude 0.4\n");
    Path results = folder.resolve("results");
    Path out = results.resolve("bench-trust");
    Ended measured =
        run(
            "bench",
            "trust",
            "--smoke",
            "--seeds",
            "1..2",
            "--attacks",
            attacks.toString(),
            "--out",
            out.toString());
    assertThat(measured.code()).as(measured.err()).isZero();
    assertThat(out.resolve("report.json")).content().contains("\"othersLoad\"");
    assertThat(out.resolve("report.md"))
        .content()
        .contains("# ./mama bench trust --smoke", "seed 1;", "of the machine, others")
        .contains("![trust](trust.png)")
        .contains("trust.collude40.tau");

    assertRefused(
        run("bench", "compare", "--reports", results.toString()), "no bench has written there;");
    Ended compared =
        run(
            "bench",
            "compare",
            "--smoke",
            "--reports",
            results.toString(),
            "--out",
            folder.resolve("compared").toString());
    assertThat(compared.code()).as(compared.err()).isZero();
    assertThat(compared.out())
        .contains("| `trust.collude40.tau` |")
        .contains("| `match.5000.over-encode` | – | ≤ 1.1 | not measured |")
        .contains("| `trust` | `./mama bench trust --smoke` |");
    assertThat(folder.resolve("compared").resolve("compare.md")).isNotEmptyFile();
  }

  @Test
  void soak_smoke_isReported_andIsNoMeasurementToKeep() {
    Path out = folder.resolve("soak");
    Ended ended = run("soak", "--smoke", "--out", out.toString());
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(out.resolve("report.json"))
        .content()
        .contains("\"command\" : \"soak --smoke\"", "\"soak.requests.wrong\"");
    assertRefused(
        run(
            "bench",
            "compare",
            "--docs",
            folder.resolve("docs").toString(),
            "--keep",
            out.toString()),
        "is the report of a smoke run, which measures nothing; run ./mama soak");
  }

  @Test
  void benchList_namesTheQuestions() {
    Ended ended = run("bench", "list");
    assertThat(ended.code()).isZero();
    assertThat(ended.out()).contains("matching");
  }
}
