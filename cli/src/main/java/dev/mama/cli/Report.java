package dev.mama.cli;

import dev.mama.bench.Figure;
import dev.mama.cli.Machine.Load;
import dev.mama.examples.InputException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

  private static final Pattern PATH = Pattern.compile(File.pathSeparator, Pattern.LITERAL);
  private static final Pattern LIBRARIES =
      Pattern.compile(
          "(djl-|onnxruntime|pytorch-|langchain4j|pekko-actor-typed|hivemq-|netty-common|postgresql-|reactor-netty-http|jvector)");

  private final Path folder;
  private final String command;
  private final long seed;
  private final Instant startedAt = Instant.now();
  private final Machine machine = new Machine();

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
    write(figures, more, machine.load());
  }

  /**
   * Writes {@code report.json}, and the same for a person as {@code report.md}, with the charts
   * that the folder has by now.
   *
   * @param more what this command says besides, in order
   * @param page Markdown between the head and the list of all figures
   */
  void write(List<Figure> figures, Map<String, ?> more, String page) {
    Load load = machine.load();
    write(figures, more, load);
    Path file = folder.resolve("report.md");
    try {
      Files.writeString(file, page(figures, page, load));
    } catch (IOException e) {
      throw refused(file, e);
    }
  }

  private String page(List<Figure> figures, String page, Load load) throws IOException {
    var text = new StringBuilder();
    text.append("# ./mama %s%n%n".formatted(command));
    text.append(
        String.format(
            Locale.ROOT,
            "Commit %s, JDK %s, %s; seed %d; began %s, took %d s; this process used %.0f %% of the machine, others %.0f %%.%n",
            System.getProperty("mama.commit", "unknown"),
            Runtime.version(),
            machine,
            seed,
            startedAt,
            Duration.between(startedAt, Instant.now()).toSeconds(),
            100 * load.own(),
            100 * load.others()));
    text.append("Versions: %s.%n".formatted(versions()));
    if (load.noisy()) {
      text.append("\n**Noisy**: others were busy on the same machine; trust ratios, not times.\n");
    }
    text.append('\n').append(page);
    try (Stream<Path> files = Files.list(folder)) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".png"))
          .sorted()
          .forEach(name -> text.append("%n![%s](%s)%n".formatted(name.replace(".png", ""), name)));
    }
    text.append("\n## All figures\n\n```\n").append(table(figures)).append("```\n");
    return text.toString();
  }

  /** Of the libraries that measured figures depend on, as their jars are called. */
  private static String versions() {
    return PATH.splitAsStream(System.getProperty("java.class.path", ""))
        .map(jar -> jar.replaceFirst(".*[/\\\\]", "").replaceFirst("\\.jar$", ""))
        .filter(jar -> LIBRARIES.matcher(jar).lookingAt())
        .sorted()
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static InputException refused(Path file, IOException e) {
    return new InputException(
        "%s: cannot be written: %s; free some room or choose another --out"
            .formatted(file, e.getMessage()));
  }

  private void write(List<Figure> figures, Map<String, ?> more, Load load) {
    var report = new LinkedHashMap<String, Object>();
    report.put("command", command);
    report.put("commit", System.getProperty("mama.commit", "unknown"));
    report.put("jdk", Runtime.version().toString());
    report.put("machine", machine.toString());
    report.put("seed", seed);
    report.put("startedAt", startedAt.toString());
    report.put("noisy", load.noisy());
    report.put("othersLoad", load.others());
    report.putAll(more);
    report.put("figures", figures);
    try {
      Path half = Files.createTempFile(folder, "report", ".half");
      Files.write(half, JSON.writeValueAsBytes(report));
      Files.move(half, file(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw refused(file(), e);
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
