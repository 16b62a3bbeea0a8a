package dev.mama.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.cli.Walker.Seen;
import dev.mama.embedded.EmbeddedDatabase;
import dev.mama.pg.PgDatabase;
import dev.mama.pg.PgEventLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code ./mama run} of two groups of durable agents, with its broker and its database, is killed
 * in mid-run and resumed, and ends as a run that was not killed. {@code -Dmama.kill.tasks=400
 * -Dmama.kill.kills=10} for a longer form.
 */
@Timeout(value = 9, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ResumeTest {

  private static final int TASKS = Integer.getInteger("mama.kill.tasks", 10);
  private static final int KILLS = Integer.getInteger("mama.kill.kills", 1);
  private static final int TURNS = Walker.WALKERS * TASKS * (Walker.HOPS + 1);

  @TempDir Path folder;

  private record Place(String agent, long task, int left) {}

  private Path kept(String experiment) {
    return folder.resolve("kept").resolve(experiment);
  }

  /** What a failed test has left running. */
  @AfterEach
  void stopDatabases() throws IOException {
    for (String experiment : new String[] {"whole", "killed"}) {
      if (Files.exists(kept(experiment))) {
        EmbeddedDatabase.stopAbandoned(kept(experiment).resolve("database"));
      }
    }
  }

  private String[] command(String experiment, String... more) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve(experiment + ".yaml"),
            """
            experiment: {groups: 2, topic_prefix: exps/%s, durability: journalled}
            agents: [{type: walker, class: %s, count: %d, tasks: %d}]
            """
                .formatted(experiment, Walker.class.getName(), Walker.WALKERS, TASKS));
    var all = new ArrayList<String>();
    all.add("run");
    all.add(file.toString());
    all.add("--keep");
    all.add(folder.resolve("kept").toString());
    all.add("--out");
    all.add(folder.resolve("out").toString());
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void run_killedAndResumed_endsAsOneThatWasNot() throws Exception {
    assertThat(Mama.run(command("whole"))).isZero();
    Map<Place, Integer> undisturbed = turns("whole");
    assertThat(undisturbed).hasSize(TURNS);

    var random = new Random(TURNS);
    int part = TURNS / (KILLS + 1);
    killAfter(part / 2 + random.nextInt(part / 2), command("killed"));
    for (int kill = 2; kill <= KILLS; kill++) {
      killAfter(part / 2 + random.nextInt(part / 2), command("killed", "--resume", "killed"));
    }
    assertThat(Mama.run(command("killed", "--resume", "killed"))).isZero();

    assertThat(turns("killed")).as("each turn, once").isEqualTo(undisturbed);
    assertThat(figures())
        .containsEntry("run.tasks.answered", (double) Walker.WALKERS * TASKS)
        .containsEntry("run.rows.missing", 0.0)
        .hasEntrySatisfying("run.resumed.turns", turns -> assertThat(turns).isPositive());
    assertThat(Mama.run(command("killed", "--resume", "killed"))).as("it has ended").isEqualTo(2);
  }

  private Map<String, Double> figures() throws IOException {
    JsonNode report =
        new JsonMapper().readTree(Files.readAllBytes(folder.resolve("out/report.json")));
    Map<String, Double> figures = new HashMap<>();
    report
        .get("figures")
        .forEach(f -> figures.put(f.get("name").asString(), f.get("value").asDouble()));
    return figures;
  }

  /** How often each turn was recorded, and that the last states are what the turns add up to. */
  private Map<Place, Integer> turns(String experiment) throws Exception {
    Map<Place, Integer> turns = new HashMap<>();
    Map<String, Long> most = new TreeMap<>();
    Map<String, Long> count = new TreeMap<>();
    Set<UUID> known = new HashSet<>(); // a row may come twice with one id
    try (var database = EmbeddedDatabase.start(kept(experiment).resolve("database"));
        var log =
            PgEventLog.open(
                PgDatabase.of(database.jdbcUrl(), database.user(), database.password()))) {
      log.read(
          ExperimentId.of(experiment),
          event -> {
            if (event instanceof Event.EventRecorded row && known.add(row.id())) {
              Seen seen = row.body().as(Seen.class);
              String agent = row.agent().value();
              turns.merge(new Place(agent, seen.task(), seen.left()), 1, Integer::sum);
              count.merge(agent, 1L, Long::sum);
              most.merge(agent, seen.walked().turns(), Math::max);
            }
          });
    }
    assertThat(most).isEqualTo(count);
    return turns;
  }

  private void killAfter(int turns, String... command) throws Exception {
    var all = new ArrayList<String>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    all.add("-D" + Walker.TELL + "=true");
    all.add("-cp");
    all.add(System.getProperty("java.class.path"));
    all.add(Mama.class.getName());
    all.addAll(List.of(command));
    Path errors = folder.resolve("errors.txt");
    Process process =
        new ProcessBuilder(all)
            .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
            .start();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (int turn = 0; turn < turns; ) {
        String line = output.readLine();
        assertThat(line).as("turn %d; %s", turn, Files.readString(errors)).isNotNull();
        turn += line.equals("turn") ? 1 : 0;
      }
    } finally {
      boolean alive = process.isAlive();
      process.destroyForcibly();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(alive).as("killed before its end").isTrue();
    }
  }
}
