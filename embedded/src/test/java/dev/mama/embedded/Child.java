package dev.mama.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A JVM of its own with a run folder and a database in it, which a test may kill. */
final class Child implements AutoCloseable {

  private final Process process;
  private final BufferedReader output;
  private final Path folder;
  private final ProcessHandle postgres;

  private Child(Process process) throws IOException {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
    String first = output.readLine();
    if (first == null) {
      throw new IOException("the child ended without a word");
    }
    this.folder = Path.of(first);
    this.postgres = ProcessHandle.of(Long.parseLong(output.readLine())).orElseThrow();
  }

  static Child start() throws IOException {
    return new Child(
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  /** The child's life: opens both, says so, and waits for its end. */
  public static void main(String[] args) throws Exception {
    var folder = RunFolder.open("child");
    var database = EmbeddedDatabase.start(folder.path());
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              database.close();
              folder.close();
            }));
    System.out.println(folder.path());
    System.out.println(postmaster(folder.path()));
    new CountDownLatch(1).await();
  }

  static long postmaster(Path folder) throws IOException {
    return Long.parseLong(Files.readAllLines(folder.resolve("data/postmaster.pid")).getFirst());
  }

  Path folder() {
    return folder;
  }

  ProcessHandle postgres() {
    return postgres;
  }

  /** SIGTERM: its shutdown hooks run. */
  void terminate() throws InterruptedException {
    process.destroy();
    process.waitFor(60, TimeUnit.SECONDS);
  }

  /** SIGKILL: nothing of it runs any more. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor(60, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    output.close();
    if (postgres.isAlive()) {
      RunFolder.stop(postgres);
    }
  }
}
