package dev.mama.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChartBuilder;

/** Draws how well each way to score tells good agents from bad ones, as PNG. */
final class TrustChart {

  private static final List<String> OTHERS =
      List.of("plain", "own-trust", "filtering", "eigentrust");
  private static final String TAU = ".tau";

  private TrustChart() {}

  /** Kendall's τ of each way, attack by attack; nothing where none was tried. */
  static void draw(List<Figure> figures, Path file) {
    List<String> attacks =
        figures.stream()
            .map(Figure::name)
            .filter(it -> it.endsWith(TAU) && it.indexOf('.', 6) == it.length() - TAU.length())
            .map(it -> it.substring("trust.".length(), it.length() - TAU.length()))
            .toList();
    if (attacks.isEmpty()) {
      return;
    }
    var chart =
        new CategoryChartBuilder()
            .width(1_200)
            .height(500)
            .title("Order of trust and order of worth (Kendall's τ; 1 is the same)")
            .yAxisTitle("τ")
            .build();
    chart.getStyler().setXAxisLabelRotation(45);
    chart.getStyler().setYAxisMin(-0.1).setYAxisMax(1.0);
    chart.addSeries("ours", attacks, tau(figures, attacks, ""));
    for (String other : OTHERS) {
      chart.addSeries(other, attacks, tau(figures, attacks, "." + other));
    }
    System.setProperty("java.awt.headless", "true");
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Double> tau(List<Figure> figures, List<String> attacks, String method) {
    return attacks.stream()
        .map(attack -> value(figures, "trust." + attack + method + TAU))
        .toList();
  }

  private static double value(List<Figure> figures, String name) {
    return figures.stream()
        .filter(it -> it.name().equals(name))
        .mapToDouble(Figure::value)
        .findFirst()
        .orElse(0);
  }
}
