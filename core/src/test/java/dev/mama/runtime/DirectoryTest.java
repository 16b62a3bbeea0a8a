package dev.mama.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DirectoryTest {

  private static final AgentType TYPE = AgentType.of("any", () -> (message, context) -> {});

  private static final Turns TURNS = turns();

  private final Directory directory = new Directory();

  private static Cell cell(String id) {
    return new Cell(AgentId.of(id), TYPE, TURNS);
  }

  /** Of a group that never starts. */
  private static Turns turns() {
    GroupOptions options = AgentGroup.builder(ExperimentId.of("x")).options();
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    var incarnations = new Incarnations(options.time(), RealMachine.INSTANCE.chance());
    var outstanding = new Outstanding(incarnations);
    var recorder = new Recorder(options, threads);
    var schedule = new Schedule(options.time());
    return new Turns(
        options,
        new Router(options, recorder, incarnations, outstanding, threads, schedule),
        recorder,
        incarnations,
        outstanding,
        new Dispatcher(outstanding, threads, schedule, 1, 1),
        schedule,
        threads);
  }

  private List<Cell> all() {
    var all = new ArrayList<Cell>();
    directory.forEach(all::add);
    return all;
  }

  @Test
  void manyChangesByChance_itHoldsWhatAMapHolds() {
    var random = new SplittableRandom(7);
    Map<AgentId, Cell> expected = new HashMap<>();
    for (int i = 0; i < 100_000; i++) {
      AgentId id = AgentId.of("agent-" + random.nextInt(i < 50_000 ? 2_000 : 20));
      Cell known = expected.get(id);
      assertThat(directory.get(id)).isSameAs(known);
      if (random.nextBoolean()) {
        Cell fresh = cell(id.value());
        assertThat(directory.add(fresh)).isEqualTo(known == null);
        expected.putIfAbsent(id, fresh);
      } else if (known != null) {
        assertThat(directory.remove(cell(id.value()))).as("another of the same id").isFalse();
        assertThat(directory.remove(known)).isTrue();
        assertThat(directory.remove(known)).isFalse();
        expected.remove(id);
      }
      assertThat(directory.size()).isEqualTo(expected.size());
    }
    assertThat(all()).containsExactlyInAnyOrderElementsOf(expected.values());
  }

  @Test
  void othersComeAndGo_whoStaysIsAlwaysFound() throws Exception {
    List<Cell> staying = IntStream.range(0, 500).mapToObj(i -> cell("stays-" + i)).toList();
    staying.forEach(directory::add);
    var done = new AtomicBoolean();
    var missed = new AtomicInteger();
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              while (!done.get()) {
                for (Cell cell : staying) {
                  if (directory.get(cell.id) != cell) {
                    missed.incrementAndGet();
                  }
                }
              }
            });
    for (int round = 0; round < 20; round++) {
      List<Cell> passing = IntStream.range(0, 2_000).mapToObj(i -> cell("passes-" + i)).toList();
      passing.forEach(directory::add);
      passing.forEach(directory::remove);
    }
    done.set(true);
    reader.join();
    assertThat(missed).hasValue(0);
    assertThat(all()).containsExactlyInAnyOrderElementsOf(staying);
  }
}
