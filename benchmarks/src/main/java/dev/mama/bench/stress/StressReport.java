package dev.mama.bench.stress;

import dev.mama.bench.Figure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the matrix, the drills and the capacity came to.
 *
 * <p>Immutable.
 */
public final class StressReport {

  private final List<Cell> cells;
  private final List<Drill> drills;
  private final @Nullable Capacity capacity;
  private final boolean stopped;

  StressReport(List<Cell> cells, List<Drill> drills, @Nullable Capacity capacity, boolean stopped) {
    this.cells = List.copyOf(cells);
    this.drills = List.copyOf(drills);
    this.capacity = capacity;
    this.stopped = stopped;
  }

  List<Cell> cells() {
    return cells;
  }

  /** All figures: a dozen of each cell, one of each drill, the capacity's. */
  public List<Figure> figures() {
    var figures = new ArrayList<Figure>(summary());
    cells.forEach(cell -> figures.addAll(cell.figures()));
    return figures;
  }

  /** Those that a person looks at first. */
  public List<Figure> summary() {
    var figures = new ArrayList<Figure>();
    long answered = cells.stream().mapToLong(Cell::answered).sum();
    figures.add(Figure.of("stress.cells", cells.size(), "count", cells.size()));
    figures.add(Figure.of("stress.answered", (double) answered, "count", answered));
    double strange = (double) cells.stream().mapToLong(Cell::strange).sum();
    figures.add(Figure.of("stress.strange", strange, "count", answered).exactly(0));
    double failed = (double) cells.stream().mapToLong(Cell::failed).sum();
    figures.add(Figure.of("stress.failed", failed, "count", answered).exactly(0));
    for (Drill drill : drills) {
      figures.add(
          Figure.of("stress.fault." + drill.name(), drill.met() ? 1 : 0, "count", 1).exactly(1));
    }
    if (capacity != null) {
      figures.addAll(capacity.figures());
    }
    return figures;
  }

  /** Whether no answer was strange, none failed, and every drill came out as expected. */
  public boolean allWell() {
    return summary().stream().allMatch(figure -> !Boolean.FALSE.equals(figure.met()));
  }

  /** Whether somebody stopped it before its end. */
  public boolean stopped() {
    return stopped;
  }

  /** The faults, expected and actual, in Markdown. */
  public String drills() {
    return drills.stream()
        .map(drill ->
            "| %s | %s | %s | %s |%n"
                .formatted(
                    drill.name(), drill.expected(), drill.actual(), drill.met() ? "yes" : "**no**"))
        .collect(
            Collectors.joining(
                "", "| fault | expected | actual | as expected |\n|---|---|---|---|\n", ""));
  }

  /** All tables, in Markdown. */
  public String text() {
    var text = new StringBuilder();
    text.append(
        """
        Users ask agents that need help; these find a helper among as many agents as the cell says, by meaning, trust and policy; the helper
        asks the model over HTTP, and its words come back to the user. Each user asks again as soon as it has its answer. A helper serves one
        request after another, so with few agents and many users, requests wait for it (`reach`). Each request has a word of its own, which the
        model repeats: an answer that carries another word, or another request's number, is strange. A cell ends when it has lasted its least
        time and twenty requests of each user have been answered, or at its longest time; what is under way then is unfinished. Times of
        stages are medians in ms.

        ## The matrix

        """);
    text.append(Cell.head());
    cells.forEach(cell -> text.append(cell.line()));
    if (!cells.isEmpty()) {
      text.append("\n![throughput](stress.png)\n");
    }
    if (!drills.isEmpty()) {
      text.append("\n## Faults\n\n").append(drills());
    }
    if (capacity != null) {
      text.append("\n## Capacity\n\n").append(capacity.text());
    }
    if (stopped) {
      text.append("\nStopped before its end; this is what was measured until then.\n");
    }
    return text.append('\n').toString();
  }

  /** Writes {@code stress.csv} and {@code stress.png} into {@code folder}. */
  public void write(Path folder) {
    List<String> lines = new ArrayList<>();
    lines.add("figure,value,unit,samples");
    cells.forEach(cell ->
        cell.figures()
            .forEach(
                f -> lines.add(f.name() + "," + f.value() + "," + f.unit() + "," + f.samples())));
    try {
      Files.write(folder.resolve("stress.csv"), lines);
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be written".formatted(folder), e);
    }
    if (!cells.isEmpty()) {
      StressChart.draw(cells, folder.resolve("stress.png"));
    }
  }
}
