package dev.mama.bench;

import dev.mama.bench.ScalabilityBench.Measured;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;

/** Writes what the scalability bench has measured: every sample as a line, and charts. */
final class ScaleFiles {

  /** A lower end that is drawn, where the interval reaches further: logarithms end at zero. */
  private static final double LEAST_SHARE = 0.1;

  private ScaleFiles() {}

  /** A line per sample, in the order taken: what, of how many agents, which, nanoseconds. */
  static void samples(List<Measured> measured, Path file) {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write("what,agents,sample,nanos\n");
      for (Measured each : measured) {
        for (Map.Entry<String, Samples> raw : each.raw().entrySet()) {
          String start = raw.getKey() + "," + each.agents() + ",";
          long[] nanos = raw.getValue().nanos();
          for (int i = 0; i < nanos.length; i++) {
            out.write(start + i + "," + nanos[i] + "\n");
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be written".formatted(file), e);
    }
  }

  /** All charts, as PNG, with logarithmic axes and the 95 % intervals of the medians. */
  static void charts(List<Figure> figures, List<Integer> agents, Path folder) {
    save(latency(figures, agents), folder.resolve("scalability-latency.png"));
    save(
        draw(
            figures,
            agents,
            "Trust updates of 50 workers",
            "updates a second",
            Map.of("ledger", "registry.rate"),
            1),
        folder.resolve("scalability-registry.png"));
    save(
        draw(
            figures,
            agents,
            "Heap of an agent",
            "bytes",
            Map.of(
                "all", "bytes-per-agent",
                "index", "index.bytes-per-agent",
                "registry", "registry.bytes-per-agent",
                "ledger", "ledger.bytes-per-agent",
                "group", "group.bytes-per-agent"),
            1),
        folder.resolve("scalability-memory.png"));
    network(figures, folder.resolve("scalability-network.png"));
  }

  private static XYChart latency(List<Figure> figures, List<Integer> agents) {
    XYChart chart = chart("From a need to its answer", "agents", "milliseconds, median");
    add(chart, figures, agents, "whole path", "path.p50", 1);
    add(chart, figures, agents, "match", "match.p50", 1);
    add(chart, figures, agents, "scan, within the path", "scan.p50", 1e-3);
    add(chart, figures, agents, "search alone", "search.p50", 1e-3);
    add(chart, figures, agents, "decision, within the path", "decide.p50", 1e-3);
    add(chart, figures, agents, "policy alone", "policy.p50", 1e-3);
    return chart;
  }

  private static XYChart draw(
      List<Figure> figures,
      List<Integer> agents,
      String title,
      String axis,
      Map<String, String> series,
      double scale) {
    XYChart chart = chart(title, "agents", axis);
    series.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(each -> add(chart, figures, agents, each.getKey(), each.getValue(), scale));
    return chart;
  }

  private static XYChart chart(String title, String x, String y) {
    XYChart chart =
        new XYChartBuilder()
            .width(1_000)
            .height(500)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setYAxisLogarithmic(true);
    return chart;
  }

  /** A series of the figures {@code scalability.N.name}, as far as they are there. */
  private static void add(
      XYChart chart,
      List<Figure> figures,
      List<Integer> agents,
      String title,
      String name,
      double scale) {
    var x = new ArrayList<Double>();
    var found = new ArrayList<Figure>();
    for (int count : agents) {
      figures.stream()
          .filter(it -> it.name().equals("scalability.%d.%s".formatted(count, name)))
          .filter(it -> it.value() > 0)
          .findFirst()
          .ifPresent(figure -> {
            x.add((double) count);
            found.add(figure);
          });
    }
    add(chart, title, x, found, scale);
  }

  private static void add(
      XYChart chart, String title, List<Double> x, List<Figure> figures, double scale) {
    if (figures.isEmpty()) {
      return; // too few agents to say anything
    }
    chart.addSeries(
        title,
        x,
        figures.stream().map(it -> it.value() * scale).toList(),
        figures.stream().map(it -> margin(it) * scale).toList());
  }

  /** Half the interval, as the chart draws the same to both sides. */
  private static double margin(Figure figure) {
    if (figure.low() == null || figure.high() == null) {
      return 0;
    }
    double half =
        (Objects.requireNonNull(figure.high()) - Objects.requireNonNull(figure.low())) / 2;
    return Math.min(half, figure.value() * (1 - LEAST_SHARE));
  }

  private static void network(List<Figure> figures, Path file) {
    var x = new ArrayList<Double>();
    var found = new ArrayList<Figure>();
    String start = "scalability.network.delay";
    for (Figure figure : figures) {
      if (figure.name().startsWith(start) && figure.name().endsWith(".ask.p50")) {
        String millis = figure.name().substring(start.length()).replaceFirst("\\..*", "");
        if (!millis.equals("0")) { // zero has no logarithm
          x.add(Double.valueOf(millis));
          found.add(figure);
        }
      }
    }
    XYChart chart =
        chart(
            "A question and its answer over a broker", "delay one way, ms", "milliseconds, median");
    add(chart, "ask", x, found, 1);
    if (!found.isEmpty()) {
      chart.addSeries("four delays", x, x.stream().map(it -> 4 * it).toList());
      save(chart, file);
    }
  }

  private static void save(XYChart chart, Path file) {
    if (chart.getSeriesMap().isEmpty()) {
      return;
    }
    System.setProperty("java.awt.headless", "true");
    try {
      BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be written".formatted(file), e);
    }
  }
}
