package dev.mama.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Has jcstress try the interleavings of mailbox, worker and agent; then breaks the runtime, one way
 * at a time, to see that it notices.
 */
class StressTest {

  private static final String MODE = System.getProperty("stress.mode", "quick");
  private static final Path FOLDER =
      Path.of(System.getProperty("stress.folder", "target/jcstress"));
  private static final Path SOURCES = Path.of("../core/src/main/java/dev/mama/runtime");
  private static final String CLASS_PATH =
      System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

  /** Those of two threads; with three, a test runs only where there are as many processors. */
  private static final List<String> TESTS =
      List.of(
          "ProducerAgainstProducingConsumer",
          "ProducerAgainstIdleness",
          "BoundedSize",
          "WaiterWakeUp",
          "ReadyAgainstWorkerEnd",
          "RestartAgainstArrival",
          "OfferAgainstStop",
          "StopAgainstNextAgent",
          "InterruptAgainstTurnEnd");

  /** A line of the runtime replaced by one that is wrong, and the test that has to notice. */
  enum Mutant {
    IDLE_NOT_ATOMIC(
        "Mailbox.java",
        "if (TOP.compareAndSet(this, handled, null)) {",
        "if (top == handled) { top = null;",
        "MailboxStress.ProducerAgainstIdleness"),
    PUSH_NOT_ATOMIC(
        "Mailbox.java",
        "while (!TOP.compareAndSet(this, newest, letter));",
        "while (!push(letter));",
        "MailboxStress.Producer",
        "private boolean becomeIdle() {",
        "private boolean push(Letter letter) { top = letter; return true; }\n"
            + "  private boolean becomeIdle() {"),
    NOT_TURNED_ROUND(
        "Mailbox.java",
        "last = newest;\n    return oldest;",
        "last = newest;\n    return newest;",
        "MailboxStress.Producer"),
    BOUND_LOOKED_AT_ONCE(
        "Mailbox.java",
        "Letter newest;\n    do {\n      newest = top;\n      if (size(newest) > capacity) {",
        "Letter newest = top;\n    if (size(newest) > capacity) { return false; }\n"
            + "    do {\n      newest = top;\n      if (newest == letter) {",
        "MailboxStress.BoundedSize"),
    NOBODY_WOKEN(
        "Mailbox.java",
        "    wakeFirst();\n    return idle;",
        "    return idle;",
        "MailboxStress.WaiterWakeUp",
        "SECOND_LOOK_NANOS = 1_000_000",
        "SECOND_LOOK_NANOS = Long.MAX_VALUE"),
    INTERRUPT_NOT_CLEARED(
        "Worker.java",
        "var unused = Thread.interrupted();",
        "",
        "RuntimeStress.InterruptAgainstTurnEnd"),
    INTERRUPT_NOT_AWAITED(
        "Worker.java",
        "while (turn == INTERRUPTING) {",
        "while (turn < -1) {",
        "RuntimeStress.StopAgainstNextAgent",
        "current = cell;",
        "CURRENT.setOpaque(this, cell);",
        "running.interrupt();",
        "for (int i = 0; i < 1_000; i++) { Thread.onSpinWait(); }\n      running.interrupt();",
        "    }\n    clearInterrupt();\n  }\n\n  private",
        "    }\n  }\n\n  private"),
    WORK_NOT_LOOKED_FOR(
        "Dispatcher.java",
        "    running.decrementAndGet();\n    if (!ready.isEmpty()) {",
        "    running.decrementAndGet();\n    if (running.get() < 0) {",
        "RuntimeStress.ReadyAgainstWorkerEnd",
        "  boolean hasWork() {\n    return !ready.isEmpty();",
        "  boolean hasWork() {\n    return false;");

    private final String file;
    private final String test;
    private final List<String> replacements;

    Mutant(String file, String right, String wrong, String test, String... more) {
      this.file = file;
      this.test = test;
      this.replacements = new ArrayList<>(List.of(right, wrong));
      replacements.addAll(List.of(more));
    }
  }

  @Test
  void interleavings_allAreAcceptable() throws Exception {
    String report = jcstress("all", CLASS_PATH, ".*Stress.*", MODE, 60);
    assertThat(report)
        .contains("Failed tests: No matches", "Error tests: No matches")
        .contains(TESTS);
  }

  @ParameterizedTest
  @EnumSource
  void mutant_isCaught(Mutant mutant) throws Exception {
    Path classes = compile(mutant);
    String report =
        jcstress(mutant.name(), classes + File.pathSeparator + CLASS_PATH, mutant.test, "quick", 2);
    assertThat(report)
        .as("what jcstress says of a broken %s", mutant.file)
        .contains("RUN RESULTS")
        .doesNotContain("Failed tests: No matches");
  }

  private static Path compile(Mutant mutant) throws IOException {
    String source = Files.readString(SOURCES.resolve(mutant.file));
    for (int i = 0; i < mutant.replacements.size(); i += 2) {
      assertThat(source).as("the place to break").contains(mutant.replacements.get(i));
      source = source.replace(mutant.replacements.get(i), mutant.replacements.get(i + 1));
    }
    Path folder = Files.createDirectories(FOLDER.resolve(mutant.name() + "-classes"));
    Path file = folder.resolve(mutant.file);
    Files.writeString(file, source);
    int rc =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-nowarn", "-cp", CLASS_PATH, "-d", "" + folder, "" + file);
    assertThat(rc).as("compiling %s", mutant).isZero();
    return folder;
  }

  private static String jcstress(
      String name, String classPath, String tests, String mode, int patienceSeconds)
      throws IOException, InterruptedException {
    Path report = Files.createDirectories(FOLDER.resolve(name));
    Path output = report.resolve("output.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                "org.openjdk.jcstress.Main",
                "-v",
                "-jvmArgsPrepend",
                "-Dstress.patience.seconds=" + patienceSeconds,
                "-m",
                mode,
                "-f",
                "1",
                "-sc",
                "false",
                "-t",
                tests,
                "-r",
                report.toString())
            .directory(report.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(30, TimeUnit.MINUTES)).as("jcstress on %s", name).isTrue();
    } finally {
      process.destroy();
    }
    return Files.readString(output);
  }
}
