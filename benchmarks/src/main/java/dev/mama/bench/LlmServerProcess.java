package dev.mama.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The handle of a {@link LlmServer} in a process of its own.
 *
 * <p>Thread-safe.
 */
final class LlmServerProcess implements AutoCloseable {

  private final Process process;
  private final BufferedReader said;
  private final Writer told;
  private final int port;

  /**
   * What a server has counted since its start.
   *
   * @param refused calls answered with 429
   * @param connections accepted
   * @param peakConnections open at once
   * @param answeredNanos time that the answered calls were in service
   * @param areaNanos calls in service, summed over time
   * @param atNanos when this was read
   */
  record Stats(
      long requests,
      long refused,
      int connections,
      int peakConnections,
      long answered,
      long answeredNanos,
      double areaNanos,
      long atNanos) {

    /** Calls in service on average between {@code before} and this. */
    double inService(Stats before) {
      return (areaNanos - before.areaNanos) / (atNanos - before.atNanos);
    }

    /** Calls a second between {@code before} and this, by Little's law. */
    double rate(Stats before) {
      double mean = (double) (answeredNanos - before.answeredNanos) / (answered - before.answered);
      return inService(before) * 1e9 / mean;
    }

    /** Answers a second between {@code before} and this, as counted. */
    double answeredRate(Stats before) {
      return (answered - before.answered) * 1e9 / (atNanos - before.atNanos);
    }

    double refusedShare(Stats before) {
      return (double) (refused - before.refused) / Math.max(1, requests - before.requests);
    }
  }

  private LlmServerProcess(Process process) throws IOException {
    this.process = process;
    this.said = process.inputReader(UTF_8);
    this.told = process.outputWriter(UTF_8);
    this.port = Integer.parseInt(said.readLine());
  }

  static LlmServerProcess start() {
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx1g",
            "-cp",
            System.getProperty("java.class.path"),
            LlmServer.class.getName());
    try {
      return new LlmServerProcess(
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
    } catch (IOException e) {
      throw new UncheckedIOException("the scripted server cannot be started", e);
    }
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** A new server on the same port, that takes {@code latency} for a call. */
  void restart(Duration latency) {
    tell("start");
    tell("latency " + latency.toNanos());
  }

  void stop() {
    tell("stop");
  }

  void capacity(int calls) {
    tell("capacity " + calls);
  }

  /** From now on {@code calls} per {@code window} are served, the others refused. */
  void limit(int calls, Duration window) {
    tell("limit %d %d".formatted(calls, window.toNanos()));
  }

  Stats stats() {
    List<String> words = List.of(tell("stats").split(" ", -1));
    return new Stats(
        Long.parseLong(words.get(0)),
        Long.parseLong(words.get(1)),
        Integer.parseInt(words.get(2)),
        Integer.parseInt(words.get(3)),
        Long.parseLong(words.get(4)),
        Long.parseLong(words.get(5)),
        Double.parseDouble(words.get(6)),
        Long.parseLong(words.get(7)));
  }

  private synchronized String tell(String line) {
    try {
      told.write(line + "\n");
      told.flush();
      String answer = said.readLine();
      if (answer == null) {
        throw new IOException("it has ended");
      }
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException("the scripted server does not answer '%s'".formatted(line), e);
    }
  }

  /** Ends the process, which has nothing to put in order. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
