package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * A bench's smoke run: its report has the shape and the goals that it must have, whatever the
 * machine's speed. A bench's own test adds what else must hold of its {@link #figures}.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class SmokeContract {

  private static final double ROUNDING = 1e-9;

  private final Bench bench;
  private final List<String> goals;

  private Path folder = Path.of("");
  private List<Figure> all = List.of();
  private Map<String, Figure> figures = Map.of();

  /**
   * @param goals all that a smoke run's report has, each like {@code steps.over-critical-path <=
   *     1.1}
   */
  SmokeContract(Bench bench, String... goals) {
    this.bench = bench;
    this.goals = List.of(goals);
  }

  @BeforeAll
  void run(@TempDir Path folder) throws InterruptedException {
    this.folder = folder;
    var options = new Bench.Options(Size.SMOKE, 42, false, Optional.of(folder), Bench.Trials.USUAL);
    all = bench.run(options, (done, of, step) -> assertThat(done).as(step).isBetween(0L, of));
    figures = all.stream().collect(Collectors.toMap(Figure::name, Function.identity()));
  }

  /** In the report's order. */
  final List<Figure> all() {
    return all;
  }

  /** By name. */
  final Map<String, Figure> figures() {
    return figures;
  }

  final Figure figure(String name) {
    return Objects.requireNonNull(figures.get(name), name);
  }

  final double value(String name) {
    return figure(name).value();
  }

  /** Where charts went. */
  final Path folder() {
    return folder;
  }

  @Test
  void smoke_everyFigureIsFiniteAndNamed() {
    assertThat(all)
        .isNotEmpty()
        .allSatisfy(f -> {
          assertThat(f.name()).matches("[a-z0-9]+([.-][a-z0-9]+)+");
          assertThat(f.value()).as(f.name()).isFinite();
          assertThat(f.unit()).as(f.name()).isNotBlank();
          assertThat(f.samples()).as(f.name()).isNotNegative();
          assertThat(f.low() == null).as(f.name()).isEqualTo(f.high() == null);
          assertThat(f.goal() == null).as(f.name()).isEqualTo(f.met() == null);
        })
        .filteredOn(f -> f.low() != null && f.high() != null)
        .allSatisfy(f ->
            assertThat(f.value())
                .as(f.name())
                .isBetween(
                    Objects.requireNonNull(f.low()) - ROUNDING,
                    Objects.requireNonNull(f.high()) + ROUNDING));
    assertThat(all)
        .filteredOn(f -> f.unit().equals("1/s"))
        .filteredOn(f -> !f.name().contains("langchain4j")) // may be refused all along
        .allSatisfy(f -> assertThat(f.value()).as(f.name()).isPositive());
  }

  @Test
  void smoke_goalsAreThoseOfTheDesign() {
    assertThat(all)
        .filteredOn(f -> f.goal() != null)
        .extracting(f -> f.name() + " " + f.goal())
        .containsExactlyInAnyOrderElementsOf(goals);
  }
}
