package dev.mama.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws what policies earn, and how one learned, as PNG. */
public final class PolicyChart {

  private static final String REWARD = ".reward";

  private PolicyChart() {}

  /** Mean reward of each contender, world by world; nothing where there is none. */
  static void draw(List<Figure> figures, Path file) {
    Map<String, Map<String, Double>> byContender = new LinkedHashMap<>();
    for (Figure figure : figures) {
      if (figure.name().startsWith("policy.")
          && !figure.name().startsWith("policy.or-none.")
          && figure.name().endsWith(REWARD)) {
        String rest =
            figure.name().substring("policy.".length(), figure.name().length() - REWARD.length());
        int dot = rest.indexOf('.');
        byContender
            .computeIfAbsent(rest.substring(dot + 1), name -> new LinkedHashMap<>())
            .put(rest.substring(0, dot), figure.value());
      }
    }
    if (byContender.isEmpty()) {
      return;
    }
    var chart =
        new CategoryChartBuilder()
            .width(1_200)
            .height(500)
            .title("Mean reward of a decision, each policy under its own load")
            .yAxisTitle("reward")
            .build();
    byContender.forEach((name, worlds) ->
        chart.addSeries(name, new ArrayList<>(worlds.keySet()), new ArrayList<>(worlds.values())));
    save(() -> BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG), file);
  }

  /**
   * The learning curve of {@code lines}, as a learner writes them: round, decisions, rule, learned.
   *
   * @throws UncheckedIOException if {@code file} cannot be written
   */
  public static void drawCurve(List<String> lines, Path file) {
    var decisions = new ArrayList<Double>();
    var rule = new ArrayList<Double>();
    var learned = new ArrayList<Double>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      decisions.add(Double.parseDouble(cells[1]));
      rule.add(Double.parseDouble(cells[2]));
      learned.add(Double.parseDouble(cells[3]));
    }
    var chart =
        new XYChartBuilder()
            .width(900)
            .height(500)
            .title("Mean reward on the validation runs")
            .xAxisTitle("decisions")
            .yAxisTitle("reward")
            .build();
    chart.addSeries("tuned rule", decisions, rule).setMarker(SeriesMarkers.NONE);
    chart.addSeries("learned", decisions, learned);
    save(() -> BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG), file);
  }

  private interface Saving {
    void run() throws IOException;
  }

  private static void save(Saving saving, Path file) {
    System.setProperty("java.awt.headless", "true");
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      saving.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
