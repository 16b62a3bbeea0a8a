package dev.mama.bench;

import dev.mama.Time;
import dev.mama.testkit.RateLimit;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * The scripted server in a process of its own, so that its memory and threads are not the client's;
 * the processors they share. It is told on its standard input what to do, one line each, and ends
 * with it, so that none is left behind.
 *
 * <p>{@code start} begins a new server on the same port with nothing counted; {@code stop} ends it;
 * {@code latency NANOS}, {@code capacity N} and {@code limit CALLS NANOS} set how it serves; {@code
 * stats} prints what {@link LlmServerProcess.Stats} reads.
 */
final class LlmServer {

  private final ServiceTime served = new ServiceTime();
  private ScriptedChatServer server = ScriptedChatServer.start(this::answer);
  private final int port = server.uri().getPort();
  private volatile long latencyNanos;
  private volatile RateLimit limit = unlimited();

  private LlmServer() {}

  /** Serves until the standard input ends. */
  public static void main(String[] args) throws IOException {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    var it = new LlmServer();
    out.println(it.port);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(it.obey(List.of(line.split(" ", -1))));
    }
    it.server.close();
  }

  private String obey(List<String> words) {
    switch (words.getFirst()) {
      case "start" -> {
        server.close();
        limit = unlimited();
        served.reset();
        server = ScriptedChatServer.start(port, this::answer);
      }
      case "stop" -> server.close();
      case "latency" -> latencyNanos = Long.parseLong(words.get(1));
      case "capacity" -> server.capacity(Integer.parseInt(words.get(1)));
      case "limit" ->
          limit =
              new RateLimit(
                  Integer.parseInt(words.get(1)),
                  Duration.ofNanos(Long.parseLong(words.get(2))),
                  RateLimit.Form.FRACTION,
                  Time.system());
      default -> {
        return "%d %d %d %d %s"
            .formatted(
                server.requests(),
                server.refused() + limit.refused(),
                server.connections(),
                server.peakConnections(),
                served);
      }
    }
    return "ok";
  }

  private Answer answer(Call call) {
    return limit.before(this::serve).apply(call);
  }

  private Answer serve(Call call) {
    served.begin();
    long start = System.nanoTime();
    try {
      Thread.sleep(Duration.ofNanos(latencyNanos));
      return Answer.text("Fine, thank you.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Answer.failure(500);
    } finally {
      served.end(System.nanoTime() - start);
    }
  }

  private static RateLimit unlimited() {
    return new RateLimit(
        Integer.MAX_VALUE, Duration.ofHours(1), RateLimit.Form.NONE, Time.system());
  }

  /**
   * How many calls are in service, summed over time: their mean is what Little's law calls rate
   * times latency, without the edges that a count of answers in a short window has.
   */
  private static final class ServiceTime {
    private long answered;
    private long answeredNanos;
    private int active;
    private double area;
    private long last = System.nanoTime();

    synchronized void begin() {
      move();
      active++;
    }

    synchronized void end(long nanos) {
      move();
      active--;
      answered++;
      answeredNanos += nanos;
    }

    synchronized void reset() {
      move();
      answered = 0;
      answeredNanos = 0;
      area = 0;
    }

    private void move() {
      long now = System.nanoTime();
      area += (double) active * (now - last);
      last = now;
    }

    @Override
    public synchronized String toString() {
      move();
      return "%d %d %.0f %d".formatted(answered, answeredNanos, area, last);
    }
  }
}
