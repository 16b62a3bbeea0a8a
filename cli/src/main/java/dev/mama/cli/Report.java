package dev.mama.cli;

import dev.mama.bench.Figure;
import dev.mama.examples.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a command found: a short table for a person, {@code report.json} for a program. Every report
 * has the same head and the same list of figures.
 *
 * <p>Not thread-safe.
 */
final class Report {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Path folder;
  private final String command;
  private final long seed;
  private final Instant startedAt = Instant.now();
  private final Machine machine = new Machine();
  private boolean noisy;

  private Report(Path folder, String command, long seed) {
    this.folder = folder;
    this.command = command;
    this.seed = seed;
  }

  /**
   * Starts the report of {@code command} in {@code folder}, which is made where it is missing.
   *
   * @throws InputException if the folder cannot be written to
   */
  static Report start(Path folder, String command, long seed) {
    try {
      Files.createDirectories(folder);
      if (!Files.isWritable(folder)) {
        throw new IOException("not writable");
      }
    } catch (IOException e) {
      throw new InputException(
          "--out %s: cannot be written to (%s); choose another folder"
              .formatted(folder, e.getClass().getSimpleName()));
    }
    return new Report(folder, command, seed);
  }

  Path file() {
    return folder.resolve("report.json");
  }

  /**
   * Writes {@code report.json}: whole, or not at all.
   *
   * @param more what this command says besides, in order
   */
  void write(List<Figure> figures, Map<String, ?> more) {
    var report = new LinkedHashMap<String, Object>(head());
    report.put("seed", seed);
    report.put("startedAt", startedAt.toString());
    noisy = machine.noisy();
    report.put("noisy", noisy);
    report.putAll(more);
    report.put("figures", figures);
    write(file(), JSON.writeValueAsBytes(report));
  }

  /** Writes {@code text} to {@code file} of the same folder: whole, or not at all. */
  void write(Path file, String text) {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private void write(Path file, byte[] bytes) {
    try {
      Path half = Files.createTempFile(folder, "report", ".half");
      Files.write(half, bytes);
      Files.move(half, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be written: %s; free some room or choose another --out"
              .formatted(file, e.getMessage()));
    }
  }

  /** What was run, of which commit, on what. */
  Map<String, String> head() {
    var head = new LinkedHashMap<String, String>();
    head.put("command", command);
    head.put("commit", System.getProperty("mama.commit", "unknown"));
    head.put("jdk", Runtime.version().toString());
    head.put("machine", machine.toString());
    return head;
  }

  /**
   * Writes {@code report.md} for a person: the head of the report, then {@code body}, then the
   * figures. To be called after {@link #write}.
   *
   * @param title the first line
   * @param body in Markdown
   */
  void writeText(String title, String body, List<Figure> figures) {
    String text =
        """
        # %s

        | | |
        |---|---|
        | command | `%s` |
        | commit | %s |
        | JDK | %s |
        | machine | %s |
        | seed | %d |
        | started | %s |
        | noisy | %s |

        %s
        ## Figures

        ```
        %s```
        """
            .formatted(
                title,
                command,
                System.getProperty("mama.commit", "unknown"),
                Runtime.version(),
                machine,
                seed,
                startedAt,
                noisy ? "yes: other programs used more than 15 % of the machine" : "no",
                body,
                table(figures));
    try {
      Files.writeString(folder.resolve("report.md"), text);
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be written: %s; free some room or choose another --out"
              .formatted(folder.resolve("report.md"), e.getMessage()));
    }
  }

  /** The figures as lines of a table. */
  static String table(List<Figure> figures) {
    int width = figures.stream().mapToInt(f -> f.name().length()).max().orElse(0);
    return figures.stream().map(figure -> line(figure, width)).collect(Collectors.joining());
  }

  private static String line(Figure figure, int width) {
    return String.format(
        Locale.ROOT,
        "  %-" + width + "s  %12s %-6s%s%s%n",
        figure.name(),
        number(figure.value()),
        figure.unit(),
        interval(figure.low(), figure.high()),
        goal(figure.goal(), Boolean.TRUE.equals(figure.met())));
  }

  private static String interval(@Nullable Double low, @Nullable Double high) {
    return low == null || high == null ? "" : "  [%s, %s]".formatted(number(low), number(high));
  }

  private static String goal(@Nullable String goal, boolean met) {
    return goal == null ? "" : "  goal %s: %s".formatted(goal, met ? "met" : "falls short");
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? String.format(Locale.ROOT, "%,d", (long) value)
        : String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.4f" : "%,.2f", value);
  }
}
