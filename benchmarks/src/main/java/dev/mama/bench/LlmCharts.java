package dev.mama.bench;

import dev.mama.bench.LlmCapacity.Course;
import dev.mama.bench.LlmCapacity.Moment;
import dev.mama.bench.LlmCells.Cell;
import dev.mama.bench.LlmCells.Side;
import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws what the bench of models found, as PNG. */
final class LlmCharts {

  private LlmCharts() {}

  /** The share of the bound that each side reached, cell by cell. */
  static void bound(List<Cell> cells, Path file) {
    var chart =
        new CategoryChartBuilder()
            .width(1_000)
            .height(450)
            .title("Calls a second over the bound c / L")
            .xAxisTitle("connections × latency in ms")
            .yAxisTitle("share")
            .build();
    chart.getStyler().setLegendPosition(LegendPosition.InsideSW);
    chart.getStyler().setXAxisLabelRotation(45);
    chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.1);
    List<String> names =
        cells.stream().map(c -> c.connections() + " × " + c.latency().toMillis()).toList();
    for (Side side : Side.values()) {
      chart.addSeries(
          side.name().toLowerCase(Locale.ROOT),
          names,
          cells.stream().map(cell -> cell.share(side)).toList());
    }
    save(chart, file);
  }

  /** The capacity and the limits that follow it, ours under the empty name. */
  static void capacity(Map<String, Course> courses, Path file) {
    var chart =
        new XYChartBuilder()
            .width(1_000)
            .height(450)
            .title("Calls on the wire at a capacity that nobody told")
            .xAxisTitle("seconds")
            .yAxisTitle("calls at once")
            .build();
    Course ours = Objects.requireNonNull(courses.get(""));
    courses.forEach((name, course) -> {
      if (!name.isEmpty()) {
        line(chart, name, course, Moment::limit);
      }
    });
    line(chart, "capacity", ours, Moment::capacity).setLineColor(Color.GRAY);
    line(chart, "ours", ours, Moment::limit).setLineColor(Color.BLACK);
    save(chart, file);
  }

  private static XYSeries line(
      XYChart chart, String name, Course course, Function<Moment, Number> of) {
    var seconds = course.moments().stream().map(Moment::seconds).toList();
    XYSeries line = chart.addSeries(name, seconds, course.moments().stream().map(of).toList());
    line.setMarker(SeriesMarkers.NONE);
    return line;
  }

  private static void save(Chart<?, ?> chart, Path file) {
    System.setProperty("java.awt.headless", "true");
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be written".formatted(file), e);
    }
  }
}
