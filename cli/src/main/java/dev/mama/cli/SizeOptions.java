package dev.mama.cli;

import dev.mama.bench.Size;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How much a command measures. */
final class SizeOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(names = "--quick", description = "end within a minute")
  private boolean quick;

  @Option(
      names = "--smoke",
      description =
          "once, in memory where possible, within seconds: to see that it works; its figures say"
              + " nothing about speed, and go to results/smoke")
  private boolean smoke;

  /**
   * The size that was asked for.
   *
   * @throws ParameterException if two were
   */
  Size size() {
    if (quick && smoke) {
      throw new ParameterException(
          spec.commandLine(), "--quick and --smoke are two sizes; give one of them");
    }
    return smoke ? Size.SMOKE : quick ? Size.QUICK : Size.FULL;
  }

  /** Where reports go: {@code results/FOLDER}, those of smoke runs apart from measurements. */
  static Path folder(Size size, String folder) {
    return size == Size.SMOKE ? Path.of("results", "smoke", folder) : Path.of("results", folder);
  }
}
