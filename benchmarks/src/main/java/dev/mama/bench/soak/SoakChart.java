package dev.mama.bench.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws what a process held over time, as PNG: six small charts. */
final class SoakChart {

  private static final double MIB = 1 << 20;

  private SoakChart() {}

  static void draw(List<Reading> readings, Path file) {
    System.setProperty("java.awt.headless", "true");
    List<XYChart> charts =
        List.of(
            chart("heap after collection, MiB", readings, r -> r.heap() / MIB),
            chart("resident memory, MiB", readings, r -> r.resident() / MIB),
            chart("platform threads", readings, Reading::threads),
            chart("open descriptors", readings, Reading::descriptors),
            chart("pinned virtual threads, ms so far", readings, Reading::pinnedMillis),
            chart("requests answered", readings, r -> (double) r.answered()));
    try {
      BitmapEncoder.saveBitmap(charts, 3, 2, file.toString(), BitmapFormat.PNG);
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be written".formatted(file), e);
    }
  }

  private static XYChart chart(
      String title, List<Reading> readings, ToDoubleFunction<Reading> value) {
    XYChart chart =
        new XYChartBuilder().width(600).height(280).title(title).xAxisTitle("minutes").build();
    chart.getStyler().setLegendVisible(false);
    chart
        .addSeries(
            "read",
            readings.stream().map(r -> r.seconds() / 60).toList(),
            readings.stream().map(value::applyAsDouble).toList())
        .setMarker(SeriesMarkers.NONE);
    return chart;
  }
}
