package dev.mama.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine a command runs on, and whether others kept it busy meanwhile. */
final class Machine {

  /** From this share of the machine on, what others use makes a run noisy. */
  private static final double NOISE = 0.15;

  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  Machine() {
    system.getCpuLoad(); // both figures are means since the call before
    system.getProcessCpuLoad();
  }

  /**
   * How busy it was, as shares of all cores in [0, 1].
   *
   * @param own what this process used
   * @param others what all other processes used
   */
  record Load(double own, double others) {

    /** Whether others used more than 15 % of the machine. */
    boolean noisy() {
      return others > NOISE;
    }
  }

  /** How busy it was since this was made, or since the last call. */
  Load load() {
    double all = system.getCpuLoad();
    double own = system.getProcessCpuLoad();
    return new Load(Math.max(0, own), Math.max(0, all - own));
  }

  @Override
  public String toString() {
    return "%d cores of %s, %d GiB, %s %s %s"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            processor(),
            Math.round(system.getTotalMemorySize() / (double) (1L << 30)),
            system.getName(),
            system.getVersion().replaceAll("-.*", ""),
            system.getArch());
  }

  private static String processor() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .map(line -> line.replaceFirst("[^:]*:\\s*", ""))
          .orElse("unknown make");
    } catch (IOException e) {
      return "unknown make";
    }
  }
}
