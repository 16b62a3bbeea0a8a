package dev.mama.cli.compare;

import dev.mama.bench.Figure;
import dev.mama.cli.compare.KeptReports.Found;
import java.util.List;
import java.util.Optional;

/**
 * Ours beside a peer's, measured in turn in one run.
 *
 * <p>Immutable.
 *
 * @param question what is asked
 * @param peer who answers it, too
 * @param ours the name of our figure
 * @param theirs the name of the peer's figure; empty where the report has the ratio alone
 * @param ratio the name of the figure of ours over theirs; empty where the report has none
 */
record Comparison(String question, String peer, String ours, String theirs, String ratio) {

  /** All there are, in the order of the design's questions. */
  static List<Comparison> all() {
    return Table.of("peers.csv").stream()
        .map(row -> new Comparison(row.get(0), row.get(1), row.get(2), row.get(3), row.get(4)))
        .toList();
  }

  /**
   * Ours over theirs: the report's, with its interval, or else that of the two figures, without one
   * and marked.
   */
  String ratio(KeptReports reports) {
    Optional<Found> stated = reports.figure(ratio);
    if (stated.isPresent()) {
      return Numbers.text(stated.get().figure());
    }
    Optional<Figure> ours = figure(reports, this.ours);
    Optional<Figure> theirs = figure(reports, this.theirs);
    return ours.isPresent() && theirs.isPresent() && theirs.get().value() != 0
        ? Numbers.text(ours.get().value() / theirs.get().value()) + " (no interval)"
        : "not measured";
  }

  private static Optional<Figure> figure(KeptReports reports, String name) {
    return name.isEmpty() ? Optional.empty() : reports.figure(name).map(Found::figure);
  }
}
