package dev.mama.bench;

import dev.mama.ExperimentId;
import dev.mama.runtime.AgentGroup;
import java.util.ArrayList;
import java.util.List;

/** How long does it take to build a group without a network, and what does an empty one hold? */
final class Groups {

  private Groups() {}

  /** Builds {@code count} of them; the first one loads the classes. */
  static List<Figure> measure(int count) {
    long start = System.nanoTime();
    AgentGroup loading = build();
    long first = System.nanoTime() - start;
    loading.close();
    var built = new Samples();
    var groups = new ArrayList<AgentGroup>(count);
    long before = Memory.used();
    for (int i = 0; i < count; i++) {
      start = System.nanoTime();
      groups.add(build());
      built.add(System.nanoTime() - start);
    }
    long bytes = Math.max(0, Memory.used() - before);
    groups.forEach(AgentGroup::close);
    return List.of(
        Figure.of("runtime.build.first.millis", first / 1e6, "ms", 1),
        Figure.of("runtime.build.millis", built.quantile(0.5) / 1e6, "ms", count).atMost(10),
        Figure.of("runtime.build.heap", bytes / 1024.0 / count, "KiB", count));
  }

  private static AgentGroup build() {
    return AgentGroup.builder(ExperimentId.of("bench")).build();
  }
}
