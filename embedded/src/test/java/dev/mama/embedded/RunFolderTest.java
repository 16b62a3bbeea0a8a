package dev.mama.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class RunFolderTest {

  @Test
  void close_folderWithFiles_deletesIt() throws Exception {
    Path path;
    try (var folder = RunFolder.open("test")) {
      path = folder.path();
      Files.createDirectories(path.resolve("a/b"));
      Files.writeString(path.resolve("a/b/c"), "c");
      Files.createSymbolicLink(path.resolve("link"), path.resolveSibling("."));
    }
    assertThat(path).doesNotExist();
    assertThat(path.getParent()).exists();
  }

  @Test
  void open_manyAtOnce_givesEachItsOwnAndSweepsNone() throws Exception {
    Set<RunFolder> folders = new HashSet<>();
    try (var threads = Executors.newFixedThreadPool(8)) {
      Callable<RunFolder> open = () -> RunFolder.open("test");
      for (Future<RunFolder> folder :
          threads.invokeAll(Stream.generate(() -> open).limit(16).toList())) {
        folders.add(folder.get());
      }
    }
    assertThat(folders).hasSize(16).allSatisfy(folder -> assertThat(folder.path()).exists());
    folders.forEach(RunFolder::close);
    assertThat(folders).allSatisfy(folder -> assertThat(folder.path()).doesNotExist());
  }

  @Test
  void open_runOfAnotherProcessLives_leavesItAlone() throws Exception {
    try (var child = Child.start();
        var folder = RunFolder.open("test")) {
      assertThat(folder.path()).exists();
      assertThat(child.folder()).exists();
      assertThat(child.postgres().isAlive()).isTrue();
    }
  }

  @Test
  void open_runWasKilled_stopsItsDatabaseAndDeletesItsFolder() throws Exception {
    try (var child = Child.start()) {
      child.kill();
      assertThat(child.postgres().isAlive()).as("what a killed run leaves").isTrue();
      assertThat(child.folder()).exists();

      RunFolder.open("test").close();

      assertThat(child.postgres().isAlive()).isFalse();
      assertThat(child.folder()).doesNotExist();
    }
  }

  @Test
  void open_folderWithoutMark_leavesItAlone() throws Exception {
    Path foreign = Files.createTempDirectory(RunFolder.root(), "foreign-");
    try {
      Files.writeString(foreign.resolve("file"), "mine");
      RunFolder.open("test").close();
      assertThat(foreign.resolve("file")).hasContent("mine");
    } finally {
      RunFolder.delete(foreign);
    }
  }

  @Test
  void open_markedFolderNamesAProcessThatIsNotItsDatabase_leavesTheProcess() throws Exception {
    Path dead = Files.createTempDirectory(RunFolder.root(), "dead-");
    Files.createFile(dead.resolve("owner"));
    Files.createDirectory(dead.resolve("data"));
    var sleeper = new ProcessBuilder("sleep", "100").start();
    try {
      Files.writeString(dead.resolve("data/postmaster.pid"), sleeper.pid() + "\n");
      RunFolder.open("test").close();
      assertThat(dead).doesNotExist();
      assertThat(sleeper.isAlive()).isTrue();
    } finally {
      sleeper.destroyForcibly();
    }
  }
}
