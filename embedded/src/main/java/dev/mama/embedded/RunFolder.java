package dev.mama.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A temporary folder of one run's own, under {@code mama-<user>} in {@code java.io.tmpdir}, that
 * does not outlive the run for long: {@link #close} deletes it, and if the run was killed before
 * that, the next {@link #open} does.
 *
 * <p>A run holds a file lock on the mark {@code owner} in its folder, which the operating system
 * takes back however the run ends. A folder whose mark can be locked is therefore a dead run's:
 * opening stops a PostgreSQL that still runs from it, and deletes it. Folders of living runs, and
 * whatever else lies beside them, are left alone. Runs that open at the same time wait for each
 * other.
 *
 * <p>Thread-safe.
 */
public final class RunFolder implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RunFolder.class);
  private static final String MARK = "owner";
  private static final String POSTMASTER = "postmaster.pid";
  private static final long STOP_SECONDS = 10;

  private static final ReentrantLock guard = new ReentrantLock();

  /**
   * Folders of this JVM. Only opening and closing their marks would already give up our locks,
   * because POSIX locks belong to the process; so sweeping must know them by name.
   */
  private static final Set<Path> own = new HashSet<>();

  private final Path root;
  private final Path path;
  private @Nullable FileChannel mark;

  private RunFolder(Path root, Path path, FileChannel mark) {
    this.root = root;
    this.path = path;
    this.mark = mark;
  }

  /**
   * Sweeps what dead runs left, then makes a folder for this one. Takes milliseconds; up to 20
   * seconds for each PostgreSQL that has to be stopped.
   *
   * @param name what the folder is for, the start of its name
   * @throws IOException if it cannot be made; the message names the folder and the next step
   */
  public static RunFolder open(String name) throws IOException {
    Path root = root();
    return guarded(
        root,
        () -> {
          sweep(root);
          Path path = Files.createTempDirectory(root, name + "-");
          requireSameOwner(root, path);
          var channel =
              FileChannel.open(
                  path.resolve(MARK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
          channel.lock();
          Files.writeString(path.resolve(MARK + ".pid"), ProcessHandle.current().pid() + "\n");
          own.add(path);
          return new RunFolder(root, path, channel);
        });
  }

  /** The folder, absolute; only this user may look into it. */
  public Path path() {
    return path;
  }

  /**
   * Deletes the folder with everything in it. Servers running from it must have been closed before.
   * What cannot be deleted is logged, and swept by a later run.
   */
  @Override
  public void close() {
    try {
      guarded(
          root,
          () -> {
            if (mark != null) {
              mark.close();
              mark = null;
              own.remove(path);
              delete(path);
            }
            return this;
          });
    } catch (IOException e) {
      log.warn(
          "folder {} could not be deleted; a later run will try again: {}", path, e.toString());
    }
  }

  /** The folder that all runs of this user share. */
  static Path root() throws IOException {
    String user = System.getProperty("user.name").replaceAll("[^A-Za-z0-9._-]", "_");
    Path tmp = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    Path root = tmp.resolve("mama-" + user);
    if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      try {
        Files.createDirectories(tmp);
        Files.createDirectory(root, ownerOnly(tmp));
      } catch (IOException e) {
        if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
          throw new IOException(
              "folder %s cannot be made: %s; set -Djava.io.tmpdir to a folder you may write"
                  .formatted(root, e),
              e);
        }
      }
    }
    return root;
  }

  /** Deletes {@code path} with everything in it; symbolic links are deleted, not followed. */
  static void delete(Path path) throws IOException {
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE; // a server that is just ending removes files too
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
              throws IOException {
            if (e != null) {
              throw e;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private interface Work<R> {
    R run() throws IOException;
  }

  /** One at a time, among the threads of this process and among the processes of this user. */
  private static <R> R guarded(Path root, Work<R> work) throws IOException {
    guard.lock();
    try (var channel =
        FileChannel.open(
            root.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.lock();
      return work.run();
    } finally {
      guard.unlock();
    }
  }

  private static void sweep(Path root) throws IOException {
    List<Path> folders;
    try (var children = Files.list(root)) {
      folders = children.filter(child -> Files.isRegularFile(child.resolve(MARK))).toList();
    }
    for (Path folder : folders) {
      if (own.contains(folder)) {
        continue;
      }
      try (var mark = FileChannel.open(folder.resolve(MARK), StandardOpenOption.WRITE)) {
        if (mark.tryLock() == null) {
          continue; // its run lives
        }
        if (stopDatabases(folder)) {
          delete(folder);
          log.info("swept {}, left behind by a run that was killed", folder);
        }
      } catch (IOException e) {
        log.warn("folder {} of a dead run could not be swept: {}", folder, e.toString());
      }
    }
  }

  /** Stops what runs from {@code folder}; false if something could not be stopped. */
  static boolean stopDatabases(Path folder) throws IOException {
    List<Path> running;
    try (var folders =
        Files.find(folder, 3, (file, attributes) -> Files.exists(file.resolve(POSTMASTER)))) {
      running = folders.toList();
    }
    for (Path data : running) {
      long pid;
      try (var lines = Files.lines(data.resolve(POSTMASTER))) {
        pid = Long.parseLong(lines.findFirst().orElse("0").strip());
      } catch (NumberFormatException e) {
        continue;
      }
      // The id may belong to somebody else by now; ours is started with its data folder as
      // argument.
      var server =
          ProcessHandle.of(pid)
              .filter(process -> process.info().commandLine().orElse("").contains(data.toString()));
      if (server.isPresent() && !stop(server.get())) {
        log.warn("PostgreSQL with process id {} from {} could not be stopped", pid, data);
        return false;
      }
    }
    return true;
  }

  /**
   * Ends {@code server}: first by asking, which is enough because its clients died with their run,
   * then by force.
   */
  static boolean stop(ProcessHandle server) {
    server.destroy();
    if (!ends(server)) {
      var children = server.children().toList();
      server.destroyForcibly();
      children.forEach(ProcessHandle::destroyForcibly);
    }
    return ends(server);
  }

  private static boolean ends(ProcessHandle process) {
    try {
      process.onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return !process.isAlive();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return !process.isAlive();
    }
    return true;
  }

  private static void requireSameOwner(Path root, Path path) throws IOException {
    var owner = Files.getOwner(root);
    if (!owner.equals(Files.getOwner(path))) {
      Files.delete(path);
      throw new IOException(
          "folder %s belongs to '%s', not to you; remove it or set -Djava.io.tmpdir"
              .formatted(root, owner.getName()));
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path where) {
    return where.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }
}
