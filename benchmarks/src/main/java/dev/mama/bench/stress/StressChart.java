package dev.mama.bench.stress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;

/** Draws answers per second over requests at once, as PNG: a chart for each latency. */
final class StressChart {

  private StressChart() {}

  static void draw(List<Cell> cells, Path file) {
    System.setProperty("java.awt.headless", "true");
    var charts = new ArrayList<XYChart>();
    for (Duration latency : cells.stream().map(Cell::latency).distinct().sorted().toList()) {
      charts.add(chart(latency, cells.stream().filter(c -> c.latency().equals(latency)).toList()));
    }
    try {
      BitmapEncoder.saveBitmap(
          charts,
          (charts.size() + 1) / 2,
          Math.min(2, charts.size()),
          file.toString(),
          BitmapFormat.PNG);
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be written".formatted(file), e);
    }
  }

  private static XYChart chart(Duration latency, List<Cell> cells) {
    XYChart chart =
        new XYChartBuilder()
            .width(600)
            .height(400)
            .title("model takes %d ms".formatted(latency.toMillis()))
            .xAxisTitle("requests at once")
            .yAxisTitle("answers/s")
            .build();
    chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
    for (int agents : cells.stream().map(Cell::agents).distinct().sorted().toList()) {
      List<Cell> own =
          cells.stream().filter(c -> c.agents() == agents && c.answered() > 0).toList();
      if (!own.isEmpty()) {
        chart.addSeries(
            "%,d agents".formatted(agents),
            own.stream().map(Cell::concurrent).toList(),
            own.stream().map(Cell::perSecond).toList());
      }
    }
    return chart;
  }
}
