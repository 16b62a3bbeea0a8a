package dev.mama.cli;

import dev.mama.ExperimentId;
import dev.mama.cli.ExperimentFile.Agents;
import dev.mama.examples.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The folder of an experiment whose agents are durable: what it was begun with, and whether it has
 * ended, in {@value #ABOUT}; a folder for each group's agents, for the ledger, and for what broker
 * and database keep where they are embedded. One process has it at a time.
 *
 * <p>Not thread-safe.
 */
final class KeptExperiment implements AutoCloseable {

  private static final String ABOUT = "experiment.json";
  private static final int VERSION = 1;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * What a run must have in common with the one that it goes on with.
   *
   * @param version of this form
   */
  private record About(
      int version, String experiment, long seed, int groups, List<Kind> agents, boolean ended) {

    static About of(ExperimentFile file) {
      return new About(
          VERSION,
          file.experiment().value(),
          file.seed(),
          file.groups(),
          file.agents().stream().map(Kind::of).toList(),
          false);
    }

    About atItsEnd() {
      return new About(version, experiment, seed, groups, agents, true);
    }
  }

  /** Agents of one type. */
  private record Kind(String type, String className, int count, int tasks) {
    static Kind of(Agents agents) {
      return new Kind(agents.type(), agents.className().orElse(""), agents.count(), agents.tasks());
    }
  }

  private final Path folder;
  private final FileChannel lock;
  private final boolean begun;
  private About about;

  private KeptExperiment(Path folder, FileChannel lock, boolean begun, About about) {
    this.folder = folder;
    this.lock = lock;
    this.begun = begun;
    this.about = about;
  }

  /**
   * Begins to keep {@code file}'s experiment under {@code root}.
   *
   * @throws InputException if one of that id is kept there, or the folder cannot be made
   */
  static KeptExperiment begin(Path root, ExperimentFile file) {
    Path folder = root.resolve(file.experiment().value());
    if (Files.exists(folder.resolve(ABOUT))) {
      throw new InputException(
          "experiment '%s' is kept in %s already; go on with it: --resume %s, or give the file another 'topic_prefix'"
              .formatted(file.experiment(), folder, file.experiment()));
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new InputException("%s cannot be made: %s".formatted(folder, e));
    }
    FileChannel lock = lock(folder);
    var kept = new KeptExperiment(folder, lock, false, About.of(file));
    kept.write();
    return kept;
  }

  /**
   * Goes on with the experiment of {@code file} under {@code root}.
   *
   * @throws InputException if none of that id is kept there, it was begun with another file or has
   *     ended, or another process has it
   */
  static KeptExperiment resume(Path root, ExperimentFile file) {
    ExperimentId id = file.experiment();
    Path folder = root.resolve(id.value());
    if (file.durability().isEmpty()) {
      throw new InputException(
          "experiment '%s' has nothing to resume: its file says no 'durability'; say experiment: {durability: journalled} and begin anew"
              .formatted(id));
    }
    if (!Files.exists(folder.resolve(ABOUT))) {
      throw new InputException(
          "no experiment '%s' is kept in %s; kept there: %s".formatted(id, root, keptIn(root)));
    }
    About about = read(folder);
    checkSame(about, About.of(file));
    if (about.ended()) {
      throw new InputException(
          "experiment '%s' has ended, and there is nothing to resume; what it recorded is where the file says"
              .formatted(id));
    }
    return new KeptExperiment(folder, lock(folder), true, about);
  }

  private static String keptIn(Path root) {
    try (Stream<Path> folders = Files.list(root)) {
      List<String> ids =
          folders
              .filter(each -> Files.exists(each.resolve(ABOUT)))
              .map(each -> String.valueOf(each.getFileName()))
              .sorted()
              .limit(20)
              .toList();
      return ids.isEmpty() ? "none" : String.join(", ", ids);
    } catch (IOException e) {
      return "none";
    }
  }

  private static About read(Path folder) {
    Path file = folder.resolve(ABOUT);
    try {
      About about = JSON.readValue(Files.readAllBytes(file), About.class);
      if (about.version() == VERSION) {
        return about;
      }
      throw new InputException(
          "%s has version %d, expected %d; resume with the release that began it"
              .formatted(file, about.version(), VERSION));
    } catch (IOException | JacksonException e) {
      throw new InputException(
          "%s cannot be read: %s; the folder is damaged"
              .formatted(file, String.valueOf(e.getMessage()).lines().findFirst().orElse("")));
    }
  }

  private static void checkSame(About begun, About now) {
    check(begun, "experiment", begun.experiment(), now.experiment());
    check(begun, "seed", begun.seed(), now.seed());
    check(begun, "groups", begun.groups(), now.groups());
    check(begun, "agents", begun.agents(), now.agents());
  }

  private static void check(About begun, String what, Object then, Object now) {
    if (!then.equals(now)) {
      throw new InputException(
          "experiment '%s' was begun with %s %s, and the file says %s; resume with the file it was begun with"
              .formatted(begun.experiment(), what, then, now));
    }
  }

  private static FileChannel lock(Path folder) {
    FileChannel channel = null;
    boolean locked = false;
    try {
      channel =
          FileChannel.open(
              folder.resolve("owner"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      locked = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // by this very process; told below
    } catch (IOException e) {
      throw new InputException("%s cannot be locked: %s".formatted(folder, e));
    } finally {
      if (!locked && channel != null) {
        close(channel);
      }
    }
    if (channel == null || !locked) {
      throw new InputException(
          "the experiment in %s is running already; wait for its end".formatted(folder));
    }
    return channel;
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new InputException("the lock of an experiment cannot be given back: " + e);
    }
  }

  /** Whether an earlier run has begun it. */
  boolean isBegun() {
    return begun;
  }

  /** The whole of it. */
  Path folder() {
    return folder;
  }

  /** The folder {@code name} in it, which is made if there is none. */
  Path folder(String name) {
    try {
      return Files.createDirectories(folder.resolve(name));
    } catch (IOException e) {
      throw new InputException("%s cannot be made: %s".formatted(folder.resolve(name), e));
    }
  }

  /** All tasks are answered; it cannot be resumed any more. */
  void ended() {
    about = about.atItsEnd();
    write();
  }

  private void write() {
    Path fresh = folder.resolve(ABOUT + ".new");
    try (var channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      var bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(about));
      while (bytes.hasRemaining()) {
        var unused = channel.write(bytes);
      }
      channel.force(true);
      Files.move(fresh, folder.resolve(ABOUT), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new InputException("%s cannot be written: %s".formatted(fresh, e));
    }
  }

  @Override
  public void close() {
    close(lock);
  }
}
